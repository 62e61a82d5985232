import { expect, test } from 'vitest'
import { fixture, programs } from '../integrations/mastra/matrix.ts'
import { chatTab } from '../support/chat-tab.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { startProvider } from '../support/provider/server.ts'
import { experimentIdOf, freshName, mlflowUrl, named, reader, toolCounts, treeOf } from './tracing.ts'

test('runs of Mastra arrive with their tools counted once, their tokens, session and user', {
  timeout: 180_000,
}, async () => {
  const experimentName = freshName('mastra')
  await using provider = await startProvider()
  await using app = await fixtureApp(fixture('mastra'), programs)
  // Each question is a run of its own at the provider.
  const models = { works: provider.address('tool', 'works'), fails: provider.address('tool', 'fails') }
  const options = { trackingUri: mlflowUrl, experimentName, captureContent: true }
  const ended = await runNode(app.program('desk.mjs'), {
    cwd: app.dir,
    env: { MASTRA_TELEMETRY_DISABLED: '1', SETTINGS: JSON.stringify({ models, options }) },
  })
  expect(ended.stderr).toBe('')
  expect(JSON.parse(ended.stdout)).toMatchObject({ queued: 0, rejected: 0, dropped: {} })

  const infos = await reader.search('', [await experimentIdOf(experimentName)])
  expect(infos).toHaveLength(2)
  for (const { trace_id, trace_metadata: data } of infos) {
    expect(treeOf(await reader.spans(trace_id))).toEqual([
      'agent:desk AGENT',
      '  generation CHAIN',
      '    step 0 CHAIN',
      '      chat gpt-4o CHAT_MODEL',
      '      get_weather TOOL',
      '    step 1 CHAIN',
      '      chat gpt-4o CHAT_MODEL',
    ])
    expect(data?.['mlflow.trace.user']).toBe('u-1')
    expect(JSON.parse(data?.['mlflow.trace.tokenUsage'] ?? '{}').total_tokens).toBe(60)
  }
  expect(await toolCounts(experimentName)).toEqual(['get_weather ERROR 1', 'get_weather OK 1'])

  const of = (session: string): ReturnType<typeof reader.spans> =>
    reader.spans(
      infos.find((info) => info.trace_metadata?.['mlflow.trace.session'] === session)?.trace_id ?? '',
    )
  expect(named(await of('fails'), 'get_weather').status.message).toContain('no such city')
  const calls = (await of('works')).filter(({ type }) => type === 'CHAT_MODEL')
  const last = calls.map((span) => chatTab(span).messages.join()).find((text) => text.includes('21 degrees'))
  // The last call shows what was asked before, the tool's answer and its own.
  expect(last).toContain('What of works?')
  expect(last).toContain('sunny in Paris')
})
