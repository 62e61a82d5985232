import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { withSpan } from '../../../src/index.ts'
import { instrumentLlamaIndex } from '../../../src/integrations/llamaindex/index.ts'
import { instrumentOpenAI } from '../../../src/integrations/openai/index.ts'
import {
  type CapturedTraces,
  type CaptureTracesOptions,
  captureTraces,
  type SpanNode,
} from '../../../src/testing/index.ts'
import { changedSince, classMethods } from '../../support/class-methods.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'

// What the objects of LlamaIndex take and give is their own affair.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

const SECRET_CALL = { tools: [{ id: 'call_1', name: 'look_up', arguments: { city: 'secret argument' } }] }

let provider: Provider
let modules: readonly Anything[]
let lib: Anything
let OpenAI: Anything
let z: Anything
beforeAll(async () => {
  provider = await startProvider({ guarded: [SECRET_CALL, { text: 'secret answer' }] })
  const load = createRequire(join(await fixtureModules(fixture('llamaindex-0.12')), 'program.cjs'))
  modules = [
    'llamaindex',
    '@llamaindex/openai',
    '@llamaindex/workflow',
    '@llamaindex/workflow-core/async-context',
  ].map(load)
  lib = Object.assign({}, ...modules)
  // The client that LlamaIndex loads for itself is another copy; with one that is handed over it is this one.
  OpenAI = load('openai').default
  z = load('zod').z
}, 120_000)
afterAll(() => provider.stop())

let undo: (() => void) | undefined
afterEach(() => {
  undo?.()
  undo = undefined
})

/** With nothing traced but what the test itself switches on. */
const captureAlone = (options: CaptureTracesOptions = {}): CapturedTraces =>
  captureTraces({ instrumentations: [], ...options })

let runs = 0
function assistant(script: string, execute = async (): Promise<string> => 'secret result'): Anything {
  const baseURL = `${provider.address(script, `s${runs++}`)}/v1`
  const session = new OpenAI({ apiKey: 'sk-test', baseURL })
  const tool = (name: string): Anything =>
    lib.tool({
      name,
      description: 'secret description',
      parameters: z.object({ city: z.string() }),
      execute,
    })
  return lib.agent({
    name: 'Assistant',
    systemPrompt: 'secret instructions',
    llm: new lib.OpenAI({ model: 'gpt-4o', session }),
    tools: [tool('get_weather'), tool('look_up')],
  })
}

/** Each trace as lines, in the order of the starts. */
const outlines = (traces: CapturedTraces): string[][] =>
  traces.all.map(({ tree }) => tree.flatMap((node) => outline(node, 0)))

const outline = ({ span, children }: SpanNode, depth: number): string[] => [
  `${'> '.repeat(depth)}${span.name}`,
  ...children.flatMap((child) => outline(child, depth + 1)),
]

const TREE = ['agent:Assistant', '> chat gpt-4o', '> get_weather', '> chat gpt-4o']

/** Everything of the classes that may be replaced, as it is now. */
const members = (): Map<string, unknown> => classMethods({ ...lib, Variable: lib.AsyncContext.Variable })

const textOf = (traces: CapturedTraces): string =>
  JSON.stringify(traces.spans, (_key, value) => (typeof value === 'bigint' ? String(value) : value))

describe('switching LlamaIndex on and off', () => {
  test('puts everything back, and makes no span then', async () => {
    using traces = captureAlone()
    const before = members()
    undo = instrumentLlamaIndex(modules)
    expect(changedSince(before, members())).toEqual(
      expect.arrayContaining([
        'AgentWorkflow runStream',
        'FunctionTool metadata',
        'OpenAI chat',
        'Variable run',
      ]),
    )
    const agent = assistant('tool')
    await agent.run('Hi!')
    expect(outlines(traces)).toEqual([TREE])
    undo()
    expect(changedSince(before, members())).toEqual([])
    traces.clear()
    // A tool that was met before is silent, too.
    await agent.run('Hi!')
    expect(traces.spans).toEqual([])
  })

  test('changes nothing the second time, and can be switched on again', async () => {
    using traces = captureAlone()
    instrumentLlamaIndex(modules)()
    undo = instrumentLlamaIndex(modules)
    const once = members()
    const second = instrumentLlamaIndex(modules)
    expect(changedSince(once, members())).toEqual([])
    await assistant('tool').run('Hi!')
    expect(outlines(traces)).toEqual([TREE])
    second()
  })

  test('says so where it is given something else', () => {
    using traces = captureAlone()
    instrumentLlamaIndex({ nothing: 'known' })()
    expect(traces.diagnostics.map(({ code }) => code)).toContain('TS_INSTRUMENT_UNKNOWN')
  })
})

describe('what is recorded', () => {
  test('is one span of each model call, with the client traced as well and without it', async () => {
    for (const withClient of [false, true]) {
      using traces = captureAlone()
      const stop = withClient ? instrumentOpenAI(OpenAI) : () => undefined
      undo = instrumentLlamaIndex(modules)
      await assistant('tool').run('Hi!')
      expect(outlines(traces)).toEqual([TREE])
      const [, asked] = traces.spans
      expect(traces.spans.find(({ name }) => name === 'chat gpt-4o')?.inputs).toMatchObject({
        messages: [
          { role: 'system', content: 'secret instructions' },
          { role: 'user', content: 'Hi!' },
        ],
      })
      expect(asked).toBeDefined()
      undo()
      stop()
    }
  })

  test('has the tokens of streams where the client asks for them, once', async () => {
    using traces = captureAlone()
    const stop = instrumentOpenAI(OpenAI, { includeUsage: true })
    undo = instrumentLlamaIndex(modules)
    await assistant('tool').run('Hi!')
    const counted = traces.spans.filter(({ name }) => name === 'chat gpt-4o').map(({ tokens }) => tokens)
    expect(counted).toMatchObject([
      { inputTokens: 20, outputTokens: 10 },
      { inputTokens: 20, outputTokens: 10 },
    ])
    expect(traces.spans.find(({ name }) => name === 'agent:Assistant')?.tokens).toMatchObject({
      inputTokens: 40,
      outputTokens: 20,
    })
    stop()
  })

  test.each([true, false])(
    'has no content where content is not captured; client traced: %s',
    async (withClient) => {
      using traces = captureAlone({ captureContent: false })
      const stop = withClient ? instrumentOpenAI(OpenAI) : () => undefined
      undo = instrumentLlamaIndex(modules)
      await assistant('guarded').run('secret question')
      expect(traces.spans.map(({ name }) => name)).toContain('look_up')
      expect(textOf(traces)).not.toContain('secret')
      stop()
    },
  )

  test('passes through redaction', async () => {
    using traces = captureAlone({ redact: (text) => String(text).replaceAll('secret', '***') })
    undo = instrumentLlamaIndex(modules)
    await assistant('guarded').run('secret question')
    expect(textOf(traces)).toContain('*** question')
    expect(textOf(traces)).not.toContain('secret')
  })

  test('stands below the span of the program, and the program finds the tool as its parent', async () => {
    using traces = captureAlone()
    undo = instrumentLlamaIndex(modules)
    const agent = assistant('tool', () => withSpan(async () => 'sunny', { name: 'inner' }))
    await withSpan(() => agent.run('Hi!'), { name: 'request' })
    expect(outlines(traces)).toEqual([
      [
        'request',
        '> agent:Assistant',
        '> > chat gpt-4o',
        '> > get_weather',
        '> > > inner',
        '> > chat gpt-4o',
      ],
    ])
  })

  test('of a workflow that waits is one span for each stretch of work', async () => {
    using traces = captureAlone()
    undo = instrumentLlamaIndex(modules)
    const [ask, answer, stop] = ['ask', 'answer', 'stop'].map((debugLabel) =>
      lib.workflowEvent({ debugLabel }),
    )
    const workflow = lib.createWorkflow()
    workflow.handle([ask], async function question() {})
    workflow.handle([answer], async () => stop.with())
    const { sendEvent, stream } = workflow.createContext()
    const work = withSpan(
      async () => {
        sendEvent(ask.with())
        while (traces.spans.every(({ name }) => name !== 'workflow'))
          await new Promise((go) => setImmediate(go))
        sendEvent(answer.with())
        await stream.until(stop).toArray()
      },
      { name: 'request' },
    )
    await work
    while (traces.spans.filter(({ name }) => name === 'workflow').length < 2) {
      await new Promise((go) => setImmediate(go))
    }
    expect(outlines(traces)).toEqual([['request', '> workflow', '> > question', '> workflow', '> > answer']])
  })
})
