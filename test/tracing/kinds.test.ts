import { afterEach, expect, test } from 'vitest'
import { init, SpanType, shutdown, startSpan } from '../../src/index.ts'
import { beginModelCall } from '../../src/integrations/base/index.ts'

/** OpenTelemetry's kinds: 0 is INTERNAL, 2 is CLIENT. */
const kinds = new Map<string, number>()

afterEach(() => shutdown())

test('calls of models are of kind CLIENT, and all else is INTERNAL', async () => {
  const exporter = {
    export(spans: readonly { name: string; kind: number }[], done: (result: { code: number }) => void) {
      for (const { name, kind } of spans) kinds.set(name, kind)
      done({ code: 0 })
    },
    shutdown: async () => {},
  }
  init({ exporters: [exporter as never], instrumentations: false })
  for (const spanType of Object.values(SpanType)) startSpan({ name: spanType, spanType }).end()
  beginModelCall(() => ({
    name: 'moderation',
    spanType: SpanType.GUARDRAIL,
    operation: 'moderation',
  }))?.finish({})
  beginModelCall(() => ({ name: 'file', spanType: SpanType.TASK }))?.finish({})
  await shutdown()
  const clients = [...kinds].filter(([, kind]) => kind === 2).map(([name]) => name)
  expect(clients.toSorted()).toEqual(['CHAT_MODEL', 'EMBEDDING', 'LLM', 'moderation'])
  expect([...kinds].filter(([, kind]) => kind === 0)).toHaveLength(kinds.size - clients.length)
  expect(kinds.get('file')).toBe(0)
})
