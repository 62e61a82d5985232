import { expect, test } from 'vitest'
import { fixture, programs } from '../integrations/google-adk/matrix.ts'
import { scripts } from '../integrations/google-adk/scripts.ts'
import { chatTab } from '../support/chat-tab.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { startProvider } from '../support/provider/server.ts'
import { experimentIdOf, freshName, mlflowUrl, named, reader, toolCounts, treeOf } from './tracing.ts'

const SIMPLE = [
  'invocation CHAIN',
  '  agent:desk AGENT',
  '    call_llm CHAT_MODEL',
  '    get_weather TOOL',
  '    call_llm CHAT_MODEL',
]

test('runs of ADK arrive with their tools counted once, their tokens, session and user', {
  timeout: 180_000,
}, async () => {
  const experimentName = freshName('google-adk')
  await using provider = await startProvider(scripts)
  await using app = await fixtureApp(fixture('genai'), programs)
  // Each question is a run of its own at the provider.
  const models = {
    works: provider.address('tool', 'works'),
    fails: provider.address('tool', 'fails'),
    transfer: provider.address('transfer', 'transfer'),
    stream: provider.address('tool', 'stream'),
  }
  const options = { trackingUri: mlflowUrl, experimentName, captureContent: true }
  const ended = await runNode(app.program('desk.mjs'), {
    cwd: app.dir,
    env: { SETTINGS: JSON.stringify({ models, options }) },
  })
  expect(ended.code).toBe(0)
  const report = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '')
  expect(report).toMatchObject({ queued: 0, rejected: 0, dropped: {} })

  const infos = await reader.search('', [await experimentIdOf(experimentName)])
  const bySession = new Map(infos.map((info) => [info.trace_metadata?.['mlflow.trace.session'], info]))
  const spansOf = (session: string): ReturnType<typeof reader.spans> =>
    reader.spans(bySession.get(session)?.trace_id ?? '')
  for (const session of ['works', 'fails', 'stream']) expect(treeOf(await spansOf(session))).toEqual(SIMPLE)
  expect(treeOf(await spansOf('transfer'))).toEqual([
    'invocation CHAIN',
    '  agent:desk AGENT',
    '    call_llm CHAT_MODEL',
    '    handoff:refunds TASK',
    '    agent:refunds AGENT',
    '      call_llm CHAT_MODEL',
    '      get_weather TOOL',
    '      call_llm CHAT_MODEL',
  ])
  expect(await toolCounts(experimentName)).toEqual(['get_weather ERROR 1', 'get_weather OK 3'])
  const used = infos.map(({ trace_metadata: data }) => [
    data?.['mlflow.trace.user'],
    JSON.parse(data?.['mlflow.trace.tokenUsage'] ?? '{}').total_tokens,
  ])
  expect(used.toSorted()).toEqual([
    ['u-1', 60],
    ['u-1', 60],
    ['u-1', 60],
    ['u-1', 90],
  ])

  const failed = named(await spansOf('fails'), 'get_weather')
  expect(failed.status.message).toContain('no such city')
  expect(failed.inputs).toEqual({ city: 'Paris' })
  const streamed = (await spansOf('stream')).filter(({ type }) => type === 'CHAT_MODEL')
  for (const span of streamed) expect(chatTab(span).messages.join()).toContain('What of stream?')
  expect(JSON.stringify(streamed[0]?.outputs)).toContain('get_weather')
})
