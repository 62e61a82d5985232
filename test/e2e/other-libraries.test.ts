import { expect, test } from 'vitest'
import { LIBRARIES } from '../integrations/foreign/libraries.ts'
import { runLibrary } from '../integrations/foreign/translated.ts'
import { chatTab } from '../support/chat-tab.ts'
import { fixtureApp, integrationFolders } from '../support/integrations.ts'
import type { MlflowSpan } from '../support/mlflow-read.ts'
import { experimentIdOf, freshName, mlflowUrl, reader, toolCounts } from './tracing.ts'

const { fixture, programs } = integrationFolders(new URL('../integrations/foreign/x', import.meta.url).href)

const U_1 = { 'mlflow.trace.session': 's-1', 'mlflow.trace.user': 'u-1' }

/** What differs: tokens of all runs, what the Overview counts, whether its calls show what was answered, and whose they were. */
const SHOWN: Readonly<
  Record<string, { tokens: readonly number[]; tools: readonly string[]; says: boolean; of?: object }>
> = {
  openinference: { tokens: [40, 10, 50], tools: [], says: true },
  openllmetry: { tokens: [40, 10, 50], tools: [], says: true },
  adk: {
    tokens: [160, 40, 200],
    tools: ['look ERROR 1', 'look OK 1'],
    says: true,
    of: { 'mlflow.trace.session': expect.stringMatching(/^[0-9a-f-]{36}$/) },
  },
  strands: { tokens: [160, 40, 200], tools: ['look ERROR 1', 'look OK 1'], says: true },
  mastra: { tokens: [160, 40, 200], tools: ['look ERROR 1', 'look OK 1'], says: true, of: U_1 },
  genkit: { tokens: [120, 30, 150], tools: ['look ERROR 1', 'look OK 1'], says: true },
  tanstack: { tokens: [160, 40, 200], tools: ['look ERROR 1', 'look OK 1'], says: true },
  // It does not tell what its models answer, but what its agents do.
  voltagent: { tokens: [160, 40, 200], tools: ['look ERROR 1', 'look OK 1'], says: false, of: U_1 },
}

test.each(LIBRARIES)('spans of $name ($fixture) are typed, counted and shown', async (library) => {
  const shown = SHOWN[library.name]
  const experimentName = freshName(library.name)
  await using app = await fixtureApp(fixture(library.fixture), programs)
  const options = { trackingUri: mlflowUrl, experimentName, captureContent: true }
  const { report } = await runLibrary(app, { library: library.name, options })
  expect(report).toMatchObject({ sent: library.tree.length, queued: 0, rejected: 0, dropped: {} })

  const infos = await reader.search('', [await experimentIdOf(experimentName)])
  const traces = await Promise.all(infos.map(({ trace_id }) => reader.spans(trace_id)))
  const spans = traces.flat()
  expect(spans.map(({ name, type }) => `${name} ${type}`).toSorted()).toStrictEqual(
    library.tree.map((line) => /^ *(.*? [A-Z_]{4,})(?= |$)/.exec(line)?.[1]).toSorted(),
  )
  expect(await toolCounts(experimentName)).toEqual(shown?.tools)
  const used = infos.map((info) => JSON.parse(info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}'))
  const sum = (key: string): number => used.reduce((all, one) => all + (one[key] ?? 0), 0)
  expect(['input_tokens', 'output_tokens', 'total_tokens'].map(sum)).toEqual(shown?.tokens)

  const ofUser = infos.filter(({ tags }) => tags?.['mlflow.traceName'] !== 'invoke_workflow flow')
  for (const info of ofUser) expect(info.trace_metadata).toMatchObject(shown?.of ?? {})

  const chats = spans.filter(({ type, outputs }) => type === 'CHAT_MODEL' && outputs !== undefined)
  expect(chats.length > 0).toBe(shown?.says)
  for (const span of chats) expect(chatTab(span).messages.join()).toContain('How is the weather?')
  for (const root of rootsOf(spans.filter(({ status }) => status.code === 'OK'))) {
    if (root.type === 'EMBEDDING' || root.type === 'WORKFLOW') continue
    expect(JSON.stringify(root.inputs)).toContain('How is the weather?')
    expect(JSON.stringify(root.outputs)).toMatch(/It is sunny|look/)
  }
})

const rootsOf = (spans: readonly MlflowSpan[]): MlflowSpan[] =>
  spans.filter(({ parentSpanId }) => parentSpanId === undefined)
