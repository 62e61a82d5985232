import { of } from 'rxjs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { trace, withAgent, withSpan } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'
import { useFakeTimers } from '../support/fake-timers.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => {
  traces.stop()
  vi.useRealTimers()
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A body that a model writes while it is read. */
const written = (...parts: string[]): ReadableStream =>
  new ReadableStream(
    {
      async pull(controller) {
        const part = parts.shift()
        if (part === undefined) return controller.close()
        await withSpan(async (span) => span.setTokenUsage({ inputTokens: 5, outputTokens: 3 }), {
          name: 'model',
          spanType: 'CHAT_MODEL',
        })
        controller.enqueue(bytes(part))
      },
    },
    { highWaterMark: 0 },
  )

const answer = (body: BodyInit | null, type?: string): Promise<Response> =>
  withAgent(
    { agent: 'chat' },
    async () => new Response(body, type ? { headers: { 'content-type': type } } : {}),
  )

describe('a Response', () => {
  test('ends with its body, with the tokens of the work that wrote it, and its text', async () => {
    const response = await answer(written('Hello ', 'you'), 'text/plain')
    expect(traces.find('agent:chat')).toBeUndefined()
    expect(await response.text()).toBe('Hello you')
    const agent = traces.get('agent:chat')
    expect(agent.outputs).toEqual({ status: 200, body: 'Hello you' })
    expect(agent.tokens).toMatchObject({ inputTokens: 10, outputTokens: 6 })
    expect(agent.endTime).toBeGreaterThanOrEqual(traces.get('model').endTime)
  })

  test.each<[string, string | undefined, string, unknown]>([
    ['JSON', 'application/json; charset=utf-8', '{"a":[1]}', { a: [1] }],
    ['broken JSON', 'application/json', '{"a":', '{"a":'],
    ['text of no type', undefined, 'é', 'é'],
    ['a streamed completion', 'text/event-stream', sse({ content: 'Hel' }, { content: 'lo' }), 'Hello'],
    [
      'a streamed completion with tools',
      'text/event-stream',
      sse({ tool_calls: [] }),
      sse({ tool_calls: [] }),
    ],
    ['other events', 'text/event-stream', 'data: {"a":1}\n\n', 'data: {"a":1}\n\n'],
  ])('has %s as it is read', async (_, type, text, body) => {
    // Split within a character and within an event.
    const all = bytes(text)
    const parts = [all.slice(0, 1), all.slice(1)]
    const stream = new ReadableStream({
      pull(controller) {
        const part = parts.shift()
        if (part) controller.enqueue(part)
        else controller.close()
      },
    })
    const response = await answer(stream, type)
    expect(await response.text()).toBe(text)
    expect(traces.get('agent:chat').outputs).toEqual({ status: 200, body })
  })

  test('has the items that outputReducer makes of its text', async () => {
    const handler = trace(
      async () => new Response(written('a', 'b'), { headers: { 'content-type': 'text/plain' } }),
      {
        name: 'handler',
        outputReducer: (parts: string[]) => parts.length,
      },
    )
    await (await handler()).text()
    expect(traces.get('handler').outputs).toBe(2)
  })

  test.each<[string, () => Response, number]>([
    ['a redirect', () => Response.redirect('http://localhost/'), 302],
    ['an error', () => Response.error(), 0],
    ['an empty one', () => new Response(null, { status: 204 }), 204],
  ])('ends at once when there is nothing to read: %s', async (_, make, status) => {
    const response = withSpan(make, { name: 'handler' })
    expect(response.status).toBe(status)
    expect(traces.get('handler').outputs).toEqual({ status })
  })

  test('ends at once when its body is in other hands', async () => {
    const used = new Response('used')
    await used.text()
    withSpan(() => used, { name: 'used' })
    const locked = new Response('locked')
    locked.body?.getReader()
    withSpan(() => locked, { name: 'locked' })
    expect(traces.spans.map((span) => span.name)).toEqual(['used', 'locked'])
  })

  test('ends by itself when its body was there from the start and nobody reads it', async () => {
    useFakeTimers()
    const json = withSpan(() => Response.json({ a: 1 }), { name: 'json' })
    const streamed = withSpan(() => new Response(written('a')), { name: 'streamed' })
    vi.advanceTimersByTime(2000)
    expect(traces.spans.map((span) => span.name)).toEqual(['json'])
    expect(await json.json()).toEqual({ a: 1 })
    expect(await streamed.text()).toBe('a')
  })
})

function sse(...deltas: object[]): string {
  const chunks = deltas.map((delta) =>
    JSON.stringify({ object: 'chat.completion.chunk', choices: [{ delta }] }),
  )
  return [...chunks, '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
}

describe('the outputs of what is followed', () => {
  test('are the items of an observable', () => {
    const seen: number[] = []
    withSpan(() => of(1, 2), { name: 'numbers' }).subscribe((x) => seen.push(x))
    expect(seen).toEqual([1, 2])
    expect(traces.get('numbers').outputs).toEqual([1, 2])
  })

  test('are the final output of a run that says when it is completed', async () => {
    class StreamedRun {
      readonly #completed = turn().then(() => {
        this.finalOutput = 'the end'
      })
      finalOutput: string | undefined
      get completed(): Promise<void> {
        return this.#completed
      }
      async *[Symbol.asyncIterator]() {
        yield* []
      }
    }
    const run = withAgent({ agent: 'runner' }, async () => new StreamedRun())
    await (await run).completed
    await turn()
    expect(traces.get('agent:runner').outputs).toBe('the end')
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('reducer')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('reducer')
      },
    ],
    ['is async', async () => 'later'],
  ])('are the plain items when the outputReducer %s, which is said', async (_, reduce) => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const callItems = trace(
        function* items() {
          yield 1
        },
        { outputReducer: reduce },
      )
      expect([...callItems()]).toEqual([1])
      await turn()
      await turn()
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(unhandled).toEqual([])
    expect(traces.get('items').outputs).toEqual([1])
    expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_OUTPUT_REDUCER'])
  })
})
