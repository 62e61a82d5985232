import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { tracingContext, withSpan } from '../../../src/index.ts'
import { instrumentLangChain } from '../../../src/integrations/langchain/index.ts'
import { processWide } from '../../../src/runtime/registry.ts'
import { type CapturedTraces, captureTraces, type SpanNode } from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { until } from '../../support/until.ts'
import { fixture } from './matrix.ts'

// What LangChain's objects take and give is their own affair.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

const MODULES = [
  'callbacks/manager',
  'singletons',
  'runnables',
  'language_models/chat_models',
  'tools',
  'vectorstores',
]

let load: NodeJS.Require
let modules: Anything[]
let lib: Anything
beforeAll(async () => {
  load = createRequire(join(await fixtureModules(fixture('langchain-1')), 'program.cjs'))
  modules = MODULES.map((name) => load(`@langchain/core/${name}`))
  lib = Object.assign(
    {},
    ...modules,
    ...['messages', 'outputs', 'prompts', 'embeddings'].map((name) => load(`@langchain/core/${name}`)),
    load('@langchain/langgraph'),
  )
})

let undo: (() => void) | undefined
afterEach(() => {
  undo?.()
  undo = undefined
})

/** A model that says `abc`, letter by letter where it is streamed. */
function model(): Anything {
  class Letters extends lib.BaseChatModel {
    static lc_name(): string {
      return 'Letters'
    }
    _llmType(): string {
      return 'letters'
    }
    async _generate(..._given: Anything[]): Promise<Anything> {
      return { generations: [{ text: 'abc', message: new lib.AIMessage('abc') }] }
    }
    async *_streamResponseChunks(_messages: Anything, _options: Anything, runManager: Anything): Anything {
      for (const text of 'abc') {
        const chunk = new lib.ChatGenerationChunk({ text, message: new lib.AIMessageChunk(text) })
        yield chunk
        await runManager?.handleLLMNewToken(text, undefined, undefined, undefined, undefined, { chunk })
      }
    }
  }
  return new (Letters as Anything)({})
}

const chain = (): Anything => lib.ChatPromptTemplate.fromTemplate('Say {word}').pipe(model())

/** Each trace as lines, in the order of the starts. */
const outlines = (traces: CapturedTraces): string[][] =>
  traces.all.map(({ tree }) => tree.flatMap((node) => outline(node, 0)))

const outline = ({ span, children }: SpanNode, depth: number): string[] => [
  `${'> '.repeat(depth)}${span.name}`,
  ...children.flatMap((child) => outline(child, depth + 1)),
]

/** Every method of the classes that may be replaced, as it is now. */
function methods(): Map<string, Anything> {
  const found = new Map<string, Anything>()
  const classes = Object.entries({ ...lib, ...load('@langchain/core/retrievers') })
  for (const [name, value] of classes) {
    const owners = typeof value === 'function' ? [value, (value as Anything).prototype] : [value]
    if (name.endsWith('Singleton')) owners.push(Object.getPrototypeOf(value))
    for (const [index, owner] of owners.entries()) {
      if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) continue
      for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
        found.set(`${name} ${index} ${key}`, descriptor)
      }
    }
  }
  return found
}

describe('switching LangChain on and off', () => {
  test('puts every method back, and makes no span then', async () => {
    using traces = captureTraces()
    const before = methods()
    undo = instrumentLangChain(modules)
    const traced = methods()
    const changed = [...before].filter(([key, { value }]) => traced.get(key)?.value !== value)
    expect(changed.length).toBeGreaterThan(20)
    await chain().invoke({ word: 'a' })
    expect(traces.spans.length).toBeGreaterThan(0)
    undo()
    expect(methods()).toEqual(before)
    for (const [key, { value }] of methods()) expect(value, key).toBe(before.get(key)?.value)
    traces.clear()
    await chain().invoke({ word: 'b' })
    expect(traces.spans).toEqual([])
  })

  test('changes nothing the second time', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules)
    const once = methods()
    const second = instrumentLangChain(modules)
    for (const [key, { value }] of methods()) expect(value, key).toBe(once.get(key)?.value)
    await chain().invoke({ word: 'a' })
    expect(traces.spans.map(({ name }) => name).sort()).toEqual([
      'ChatPromptTemplate',
      'Letters',
      'RunnableSequence',
    ])
    second()
  })

  test('can be switched on again', async () => {
    using traces = captureTraces()
    instrumentLangChain(modules)()
    undo = instrumentLangChain(modules)
    await chain().invoke({ word: 'a' })
    expect(outlines(traces)).toEqual([['RunnableSequence', '> ChatPromptTemplate', '> Letters']])
  })

  test('takes the callbacks alone', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules[0])
    await chain().invoke({ word: 'a' })
    expect(outlines(traces)).toEqual([['RunnableSequence', '> ChatPromptTemplate', '> Letters']])
  })

  test('says so where it is given something else', () => {
    using traces = captureTraces()
    instrumentLangChain({ nothing: 'known' })()
    expect(traces.diagnostics.map(({ code }) => code)).toContain('TS_INSTRUMENT_UNKNOWN')
  })
})

describe('what is recorded', () => {
  test('has no content where content is not captured', async () => {
    using traces = captureTraces({ captureContent: false })
    undo = instrumentLangChain(modules)
    const failing = lib.RunnableLambda.from(() => {
      throw new Error('secret word')
    }).withConfig({ runName: 'failing', metadata: { tenant: 'secret word' } })
    const graph = new lib.StateGraph(lib.MessagesAnnotation)
      .addNode('ask', async ({ messages }: Anything) => ({ messages: [await model().invoke(messages)] }))
      .addEdge('__start__', 'ask')
      .compile()
    await graph.invoke(
      { messages: [new lib.HumanMessage('secret word')] },
      { configurable: { thread_id: 7 } },
    )
    await expect(failing.invoke('secret word')).rejects.toThrow('secret word')
    for await (const _ of await model().stream('secret word')) break
    const tool = lib.tool(async () => 'secret word', {
      name: 'look',
      description: 'secret word',
      schema: { type: 'object', properties: { at: { type: 'string' } } },
    })
    await tool.invoke({ at: 'secret word' })
    await traces.settled()
    expect(traces.spans.map(({ name }) => name).sort()).toEqual([
      'LangGraph',
      'Letters',
      'Letters',
      'ask',
      'failing',
      'look',
    ])
    expect(JSON.stringify(traces.spans)).not.toContain('secret')
    expect(traces.spans.find(({ name }) => name === 'failing')?.error?.type).toBe('Error')
  })

  test('is nothing inside of a context that is not traced', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules)
    const graph = chain()
    const answer = await tracingContext({ enabled: false }, () => graph.invoke({ word: 'a' }))
    expect(answer.content).toBe('abc')
    expect(traces.spans).toEqual([])
  })

  test('shows the plumbing where that is wanted', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules, { plumbing: true })
    await chain()
      .pipe((message: Anything) => message.content)
      .invoke({ word: 'a' })
    await traces.settled()
    expect(traces.spans.map(({ name }) => name)).toContain('RunnableLambda')
  })

  test('keeps the session that the program names, else takes the thread', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules)
    const inThread = (): Anything => chain().invoke({ word: 'a' }, { metadata: { thread_id: 'thread' } })
    await tracingContext({ sessionId: 'named' }, inThread)
    await traces.settled()
    expect(new Set(traces.all.map(({ sessionId }) => sessionId))).toEqual(new Set(['named']))
    traces.clear()
    await inThread()
    await traces.settled()
    expect(traces.all.map(({ sessionId }) => sessionId)).toEqual(['thread'])
  })

  test('stands below the span of the program that is nearest', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules)
    const asked = model()
    const work = lib.RunnableLambda.from(() =>
      withSpan(() => asked.invoke('Hi!'), { name: 'own' }),
    ).withConfig({
      runName: 'work',
    })
    await withSpan(() => work.invoke(1), { name: 'request' })
    await traces.settled()
    expect(outlines(traces)).toEqual([['request', '> work', '> > own', '> > > Letters']])
  })
})

describe('runs that ended', () => {
  test('are kept nowhere, whichever way they ended', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules)
    const known = processWide('langchain-runs', () => ({ byId: new Map<string, unknown>() })).byId
    const before = known.size
    const failing = chain().pipe(() => {
      throw new Error('no')
    })
    for (let round = 0; round < 20; round += 1) {
      await chain().invoke({ word: 'a' })
      for await (const _ of await chain().stream({ word: 'a' }));
      await chain().batch([{ word: 'a' }, { word: 'b' }])
      await failing.invoke({ word: 'a' }).catch(() => undefined)
    }
    expect(traces.spans.length).toBeGreaterThan(200)
    expect(known.size).toBe(before)
  })
})

describe('a stream that nobody reads any more', () => {
  test('ends its spans after the idle limit, at the time of its last piece', async () => {
    using traces = captureTraces()
    undo = instrumentLangChain(modules, { idleMs: 60 })
    const stream = await chain().stream({ word: 'a' })
    await stream.next()
    // Each of them has a limit of its own, counted from its own last piece.
    await until(() => traces.find({ name: 'RunnableSequence' }) && traces.find({ name: 'Letters' }), {
      what: 'the end of the stream',
      everyMs: 10,
    })
    const ended = Object.fromEntries(
      traces.spans.map(({ name, attributes }) => [name, attributes['turnspan.call.end']]),
    )
    expect(ended).toEqual({ ChatPromptTemplate: undefined, Letters: 'idle', RunnableSequence: 'idle' })
    const texts = []
    for await (const chunk of stream) texts.push(chunk.content)
    expect(texts.join('')).toBe('bc')
  })
})
