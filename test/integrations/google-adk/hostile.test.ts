import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { instrumentGoogleAdk } from '../../../src/integrations/google-adk/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { hostilePieces } from '../../support/probing/hostile.mjs'
import { fixture } from './matrix.ts'

// What the objects of ADK take and give is their own affair.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any
type Pieces = Anything

let lib: Anything
beforeAll(async () => {
  lib = createRequire(join(await fixtureModules(fixture('genai')), 'program.cjs'))('@google/adk')
  lib.setLogger(null)
}, 300_000)

/** What a model of the program answers, what its tool gives, and what the user says. */
interface Scene {
  readonly answer: (pieces: Pieces, isAsked: boolean) => object
  readonly result?: (pieces: Pieces) => unknown
  readonly message?: (pieces: Pieces) => object
  readonly config?: (pieces: Pieces) => object
}

const CALL = { functionCall: { id: 'call_1', name: 'look', args: { city: 'Paris' } } }
const plain = (_pieces: Pieces, isAsked: boolean): object => ({
  content: { role: 'model', parts: [isAsked ? CALL : { text: 'Sunny.' }] },
})

const scenes: Readonly<Record<string, Scene>> = {
  'arguments with getters': {
    answer: ({ getter, odd }, isAsked) => {
      const args = getter({ more: odd() }, 'city', (n: number) => `Paris ${n}`)
      const call = { functionCall: { id: 'call_1', name: 'look', args } }
      return { content: { role: 'model', parts: [isAsked ? call : { text: 'Sunny.' }] } }
    },
  },
  'an answer behind a proxy': {
    answer: ({ proxy, list }, isAsked) => ({
      content: proxy({ role: 'model', parts: list(isAsked ? CALL : { text: 'Sunny.' }) }),
      usageMetadata: proxy({ promptTokenCount: 7, candidatesTokenCount: 3 }),
    }),
  },
  'usage that throws': {
    answer: ({ throwing }, isAsked) => ({
      ...plain(undefined, isAsked),
      usageMetadata: throwing({ promptTokenCount: 7 }, 'candidatesTokenCount'),
    }),
  },
  'an error with getters': {
    answer: ({ getter }) => getter({ errorCode: 'BLOCKED' }, 'errorMessage', (n: number) => `no ${n}`),
  },
  'results that throw, and lead back to themselves': {
    answer: plain,
    result: ({ throwing }) => {
      const result: Record<string, unknown> = { a: 1 }
      result.self = result
      return throwing(result, 'secret')
    },
  },
  'results behind a proxy': { answer: plain, result: ({ proxy, odd }) => proxy(odd()) },
  'a tool that throws what cannot be read': {
    answer: plain,
    result: ({ throwing }) => {
      throw throwing(new Error('no'), 'message')
    },
  },
  'a message with getters': {
    answer: plain,
    message: ({ getter, list }) => ({
      role: 'user',
      parts: list(getter({}, 'text', (n: number) => `How is it, ${n}?`)),
    }),
  },
  'settings with getters': {
    answer: plain,
    config: ({ getter, proxy }) =>
      getter({ stopSequences: proxy(['END']) }, 'temperature', (n: number) => n / 10),
  },
}

interface Seen {
  readonly events: readonly unknown[]
  readonly turns: number
  readonly counts: object
}

/** Runs an agent, and gives what the program saw of it, and how often what it handed over was read. */
async function run({ answer, result, message, config }: Scene): Promise<Seen> {
  const pieces: Pieces = hostilePieces()
  let turns = 0
  class Own extends lib.BaseLlm {
    async *generateContentAsync(): AsyncGenerator<object> {
      turns += 1
      yield answer(pieces, turns === 1)
    }
  }
  const look = new lib.FunctionTool({
    name: 'look',
    description: 'Looks.',
    execute: () => (result ? result(pieces) : 'sun'),
  })
  const agent = new lib.LlmAgent({
    name: 'weather',
    model: new (Own as Anything)({ model: 'own-1' }),
    tools: [look],
    ...(config && { generateContentConfig: config(pieces) }),
  })
  const runner = new lib.InMemoryRunner({ agent, appName: 'app' })
  await runner.sessionService.createSession({ appName: 'app', userId: 'u-1', sessionId: 's-1' })
  const newMessage = message?.(pieces) ?? { role: 'user', parts: [{ text: 'How is it?' }] }
  const events: unknown[] = []
  try {
    const input = { userId: 'u-1', sessionId: 's-1', newMessage }
    for await (const { author, errorCode } of runner.runAsync(input)) events.push([author, errorCode])
  } catch (thrown) {
    events.push(['thrown', Object.prototype.toString.call(thrown)])
  }
  // Whether a result is a stream or a promise is asked of its shape, which only a proxy can notice.
  const { 'trap has': _has, 'trap getPrototypeOf': _prototype, ...counts } = pieces.counts
  return { events, turns, counts }
}

/** ADK reads more where somebody records the spans that it makes by itself, so that is what is compared with. */
async function runRecorded(scene: Scene, captureContent: boolean, integrated: boolean): Promise<Seen> {
  using traces = captureTraces({ instrumentations: [], captureContent })
  const undo = integrated ? instrumentGoogleAdk(lib) : undefined
  try {
    const seen = await run(scene)
    expect(traces.spans.map(({ name }) => name)).toContain('invocation')
    expect(traces.diagnostics.filter(({ level }) => level === 'error')).toEqual([])
    return seen
  } finally {
    undo?.()
  }
}

describe.each(Object.entries(scenes))('%s', (_name, scene) => {
  test.each([true, false])('are read as often as without the integration; content: %s', async (content) => {
    const { events } = await run(scene)
    const without = await runRecorded(scene, content, false)
    expect(without).toMatchObject({ events })
    expect(await runRecorded(scene, content, true)).toEqual(without)
  })
})
