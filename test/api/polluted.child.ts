// Members that a program gave all objects, before turnspan is loaded.
for (const [key, value] of Object.entries({
  extend: (): undefined => undefined,
  toArray: (): number[] => [],
  polluted: 'polluted',
  nested: { polluted: true },
  stream: true,
})) {
  Object.defineProperty(Object.prototype, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

const { trace, updateCurrentTrace, withAgent, withSpan, withTool } = await import('../../src/index.ts')
const { captureTraces } = await import('../../src/testing/index.ts')

const traces = captureTraces()
const add = trace(function add(a: number, b: { c: number }) {
  return { sum: a + b.c }
})
const results = [
  add(1, { c: 2 }),
  await withAgent({ agent: 'a', attributes: { key: 'value' } }, async () => {
    updateCurrentTrace({ tags: { tag: 'value' } })
    return withTool({ tool: 't', arguments: { a: 1 } }, () => [
      ...withSpan(function* numbers() {
        yield 1
      }),
    ])
  }),
]
const own = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const seen = traces.spans.map((span) =>
  own([span.name, span.inputs ?? null, span.outputs ?? null, Object.keys(span.attributes)]),
)
process.stdout.write(JSON.stringify({ results, seen }))

export {}
