import { trace as api } from '@opentelemetry/api'
import { startSpan, updateCurrentTrace, withAgent, withSpan, withTool } from '../../src/index.ts'

const words = (count: number, i: number): string => `${i} `.concat('some words of a text '.repeat(count))
const answer = async (text: string): Promise<object> => ({ role: 'assistant', content: text })

/** Traces of the kinds that programs make, and of those that are dear for what they say. */
export const SHAPES = {
  /** One span and nothing else. */
  tiny: async (i: number) => startSpan({ name: 'step', attributes: { n: i } }).end(),
  /** One span of whose trace much is said. */
  tagged: async (i: number) =>
    withSpan(
      async () =>
        updateCurrentTrace({
          user: `user-${i}`,
          sessionId: `session-${i}`,
          clientRequestId: `request-${i}`,
          requestPreview: words(20, i),
          responsePreview: words(20, i),
          tags: { tenant: `tenant ${i}`, plan: words(10, i), region: 'eu', n: i },
          metadata: { build: `build ${i}`, host: `host-${i}` },
        }),
      { name: 'request' },
    ),
  /** A turn of an agent with two model calls and a tool. */
  turn: async (i: number) =>
    withAgent({ agent: 'support', user: `user-${i}`, sessionId: `s-${i}`, input: words(10, i) }, async () => {
      for (const part of [0, 1]) {
        await withSpan(
          async (span) => {
            span.setModel('gpt-5', 'openai').setTokenUsage({ inputTokens: 1000 + i, outputTokens: 20 + part })
            return answer(words(40, i))
          },
          { name: 'chat gpt-5', spanType: 'LLM', inputs: [{ role: 'user', content: words(200, i) }] },
        )
      }
      await withTool({ tool: 'search', arguments: { query: words(2, i) } }, async () => ({
        found: [words(30, i), words(30, i)],
      }))
      return answer(words(40, i))
    }),
  /** Text of which every character takes two bytes in memory. */
  chinese: async (i: number) =>
    withSpan(async () => `${'对话内容'.repeat(300)}${i}`, {
      name: '步骤',
      attributes: { note: `${'一些文字'.repeat(60)}${i}`, short: `短的${i}` },
    }),
  /** Numbers, lists and objects in attributes, as instrumentations make them. */
  attributes: async (i: number) =>
    withSpan(
      async (span) => {
        for (let k = 0; k < 40; k += 1)
          span.setAttribute(`app.attribute.${k}`, k % 3 === 0 ? i / 7 : `v${i}-${k}`)
        span.setAttribute('list', [`a${i}`, `b${i}`, `c${i}`])
        span.setAttribute('object', { a: i, b: words(3, i) })
        for (let k = 0; k < 5; k += 1) span.addEvent('event', { k, text: words(4, i) })
      },
      { name: 'work' },
    ),
  /** Spans that failed. */
  failed: async (i: number) =>
    withSpan(
      async () => {
        throw new Error(`it failed: ${words(5, i)}`)
      },
      { name: 'fails' },
    ).catch(() => {}),
  /** Long values, which have buffers of their own. */
  long: async (i: number) => withSpan(async () => words(4000, i), { name: 'long', inputs: words(9000, i) }),
  /** A short question and a long answer. */
  answer: async (i: number) => withSpan(async () => words(600, i), { name: 'ask', inputs: words(1, i) }),
  /** Spans of other libraries, through the API. */
  foreign: async (i: number) => {
    const span = api.getTracer('other').startSpan(`GET /items/${i}`, {
      attributes: { 'http.request.method': 'GET', 'url.full': `http://localhost/items/${i}` },
    })
    span.setAttribute('http.response.status_code', 200)
    span.end()
  },
} satisfies Record<string, (i: number) => Promise<unknown>>

export type ShapeName = keyof typeof SHAPES
