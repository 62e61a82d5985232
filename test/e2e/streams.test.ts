import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { newResponseId, SpanType, startSpan, trace, withAgent, withSpan, withTool } from '../../src/index.ts'
import type { MlflowSpan } from '../support/mlflow-read.ts'
import { delivered, named, reader, startTracing, tracingPerTest, treeOf } from './tracing.ts'

tracingPerTest()
const STEP_MS = 25
const durationMs = (span: MlflowSpan): number =>
  Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1_000_000

/** Starts tracing, runs `work` below one root, and reads the span `name` back. */
async function stored(name: string, work: () => unknown): Promise<MlflowSpan> {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'streaming', responseId }, async () => {
    await work()
  })
  await delivered()
  return named(await reader.spans(responseId), name)
}

const words = ['the ', 'sky ', 'is ', 'blue']
const readTokens = trace(
  async function* tokens(prompt: string): AsyncGenerator<string, void> {
    for (const word of words) {
      await sleep(STEP_MS)
      yield `${prompt}${word}`
    }
  },
  { spanType: SpanType.LLM, outputReducer: (items: string[]) => items.join('') },
)
const count = trace(function* counting(upTo: number): Generator<number, string> {
  for (let i = 1; i <= upTo; i += 1) yield i
  return 'done'
})
const openWeb = trace(function web(): ReadableStream<string> {
  let next = 0
  return new ReadableStream({
    async pull(controller) {
      await sleep(STEP_MS)
      const word = words[next]
      next += 1
      if (word === undefined) controller.close()
      else controller.enqueue(word)
    },
  })
})
const openNode = trace(function node(): Readable {
  return Readable.from(
    (async function* source() {
      for (const word of words) {
        await sleep(STEP_MS)
        yield { word }
      }
    })(),
  )
})
const breakOff = trace(async function* failing(): AsyncGenerator<number> {
  yield 1
  yield 2
  throw new TypeError('the stream broke')
})

test('an async generator is recorded as reduced, for as long as it was read', async () => {
  const span = await stored('tokens', async () => {
    const read: string[] = []
    for await (const token of readTokens('>')) read.push(token)
    expect(read).toHaveLength(4)
  })
  expect(span).toMatchObject({
    type: 'LLM',
    inputs: { prompt: '>' },
    outputs: '>the >sky >is >blue',
    status: { code: 'OK' },
  })
  expect(durationMs(span)).toBeGreaterThan(4 * STEP_MS - 5)
})

test('a generator is recorded as the list of its items', async () => {
  const span = await stored('counting', () => expect([...count(3)]).toEqual([1, 2, 3]))
  expect(span).toMatchObject({ inputs: { upTo: 3 }, outputs: [1, 2, 3], status: { code: 'OK' } })
})

test('a web stream is recorded while it is read', async () => {
  const span = await stored('web', async () => {
    const reading = openWeb().getReader()
    let chunks = 0
    while (!(await reading.read()).done) chunks += 1
    expect(chunks).toBe(4)
  })
  expect(span).toMatchObject({ outputs: words, status: { code: 'OK' } })
  expect(durationMs(span)).toBeGreaterThan(4 * STEP_MS - 5)
})

test('a Node stream is recorded while it is read', async () => {
  const span = await stored('node', async () => {
    const read: unknown[] = []
    for await (const item of openNode()) read.push(item)
    expect(read).toHaveLength(4)
  })
  expect(span).toMatchObject({ outputs: words.map((word) => ({ word })), status: { code: 'OK' } })
  expect(durationMs(span)).toBeGreaterThan(4 * STEP_MS - 5)
})

test('a stream that is broken off has what was read', async () => {
  const span = await stored('tokens', async () => {
    for await (const token of readTokens('')) if (token === 'sky ') break
  })
  expect(span).toMatchObject({ outputs: 'the sky ', status: { code: 'OK' } })
  expect(durationMs(span)).toBeLessThan(20 * STEP_MS)
})

test('a web stream that is cancelled has what was read', async () => {
  const span = await stored('web', async () => {
    const reading = openWeb().getReader()
    await reading.read()
    await reading.cancel('enough')
  })
  expect(span.status.code).toBe('OK')
  expect((span.outputs as string[])[0]).toBe('the ')
})

test('a stream that throws has what it gave, and the error', async () => {
  const span = await stored('failing', async () => {
    const read: number[] = []
    const reading = (async () => {
      for await (const item of breakOff()) read.push(item)
    })()
    await expect(reading).rejects.toThrow('the stream broke')
    expect(read).toEqual([1, 2])
  })
  expect(span).toMatchObject({
    outputs: [1, 2],
    status: { code: 'ERROR', message: 'TypeError: the stream broke' },
    events: [{ name: 'exception' }],
  })
})

test('spans that a generator starts while it is read stand below it', async () => {
  startTracing()
  const takeSteps = trace(async function* steps(): AsyncGenerator<string> {
    yield await withTool({ tool: 'one' }, async () => '1')
    yield await withTool({ tool: 'two' }, async () => '2')
  })
  const traceId = await withSpan(
    async (span) => {
      const read: string[] = []
      for await (const step of takeSteps()) {
        startSpan({ name: `reader ${step}` }).end()
        read.push(step)
      }
      expect(read).toEqual(['1', '2'])
      return span.traceId
    },
    { name: 'root' },
  )
  await delivered()
  expect(treeOf(await reader.spans(traceId))).toEqual([
    'root UNKNOWN',
    '  steps UNKNOWN',
    '    tool:one TOOL',
    '    tool:two TOOL',
    '  reader 1 UNKNOWN',
    '  reader 2 UNKNOWN',
  ])
})

test('a streaming agent ends with its stream, and has the tokens of the calls in it', async () => {
  startTracing()
  const responseId = newResponseId()
  const stream = withAgent({ agent: 'streamer', responseId }, async function* run() {
    yield 'a'
    await withSpan((span) => span.setTokenUsage({ inputTokens: 4, outputTokens: 2 }), {
      name: 'chat',
      spanType: SpanType.CHAT_MODEL,
      captureOutputs: false,
    })
    yield 'b'
  })
  const read: string[] = []
  for await (const item of stream) read.push(item)
  expect(read).toEqual(['a', 'b'])
  await delivered()
  const spans = await reader.spans(responseId)
  expect(treeOf(spans)).toEqual(['agent:streamer AGENT', '  chat CHAT_MODEL'])
  const agent = named(spans, 'agent:streamer')
  expect(agent).toMatchObject({ outputs: ['a', 'b'], status: { code: 'OK' } })
  expect(agent.attributes['mlflow.chat.tokenUsage']).toMatchObject({ total_tokens: 6 })
})
