import { context, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { attachCurrentProvider } from '../../src/bridge/provider-bridge.ts'
import { flushTraces, init, shutdown, withSpan } from '../../src/index.ts'

const arrived: string[] = []

beforeEach(() => {
  arrived.length = 0
  init({
    exporters: [
      {
        export(spans, done) {
          arrived.push(...spans.map((span) => (span as unknown as { name: string }).name))
          done({ code: 0 })
        },
        shutdown: async () => {},
      },
    ],
  })
})

afterEach(async () => {
  await shutdown()
  trace.disable()
  context.disable()
})

/** Each span that begins looks whether the application's provider is what it was. */
const begin = (): void => withSpan(() => undefined, { name: 'ours' })

test('a library reaches us while nobody has registered a provider, also after the API was disabled', async () => {
  const theirs = (): void => trace.getTracer('library').startSpan('theirs').end()
  begin()
  begin()
  theirs()
  await flushTraces()
  expect(arrived).toEqual(['ours', 'ours', 'theirs'])
  // The proxy, behind which we stood, is another one from now on.
  trace.disable()
  begin()
  theirs()
  await flushTraces()
  expect(arrived).toEqual(['ours', 'ours', 'theirs', 'ours', 'theirs'])
})

test('a provider that is registered between two spans has the second one, and none after it was taken away', async () => {
  const seen = new InMemorySpanExporter()
  const names = (): string[] => seen.getFinishedSpans().map(({ name }) => name)
  begin()
  expect(attachCurrentProvider()).toBeUndefined()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(seen)] })
  trace.setGlobalTracerProvider(provider)
  begin()
  expect(names()).toEqual(['ours'])
  trace.disable()
  begin()
  expect(names()).toEqual(['ours'])
  await flushTraces()
  expect(arrived).toEqual(['ours', 'ours', 'ours'])
})
