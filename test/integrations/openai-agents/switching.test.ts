import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { withSpan } from '../../../src/index.ts'
import { instrumentOpenAI } from '../../../src/integrations/openai/index.ts'
import { instrumentOpenAIAgents } from '../../../src/integrations/openai-agents/index.ts'
import {
  type CapturedTraces,
  type CaptureTracesOptions,
  captureTraces,
  type SpanNode,
} from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'
import { scripts } from './scripts.ts'

// What the objects of the SDK take and give is their own affair.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

let provider: Provider
let lib: Anything
let OpenAI: Anything
let z: Anything
beforeAll(async () => {
  provider = await startProvider({ ...scripts, guarded: [SECRET_CALL, { text: 'secret answer' }] })
  const load = createRequire(join(await fixtureModules(fixture('agents-0.20')), 'program.cjs'))
  lib = load('@openai/agents')
  OpenAI = load('openai').default
  z = load('zod').z
})
afterAll(() => provider.stop())

const SECRET_CALL = { tools: [{ id: 'call_1', name: 'look_up', arguments: { city: 'secret argument' } }] }

let undo: (() => void) | undefined
afterEach(() => {
  undo?.()
  undo = undefined
})

/** With nothing traced but what the test itself switches on. */
const captureAlone = (options: CaptureTracesOptions = {}): CapturedTraces =>
  captureTraces({ instrumentations: [], ...options })

let runs = 0
/** An agent with a tool, whose model answers by a script. */
function assistant(script: string, more: object = {}): Anything {
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${provider.address(script, `s${runs++}`)}/v1` })
  return new lib.Agent({
    name: 'Assistant',
    instructions: 'secret instructions',
    model: new lib.OpenAIResponsesModel(client, 'gpt-4o'),
    tools: [tool('get_weather'), tool('look_up')],
    ...more,
  })
}

const tool = (name: string): Anything =>
  lib.tool({
    name,
    description: 'secret description',
    parameters: z.object({ city: z.string() }),
    execute: async () => 'secret result',
  })

/** Each trace as lines, in the order of the starts. */
const outlines = (traces: CapturedTraces): string[][] =>
  traces.all.map(({ tree }) => tree.flatMap((node) => outline(node, 0)))

const outline = ({ span, children }: SpanNode, depth: number): string[] => [
  `${'> '.repeat(depth)}${span.name}`,
  ...children.flatMap((child) => outline(child, depth + 1)),
]

const TREE = [
  'agent:Assistant',
  '> turn 1',
  '> > chat gpt-4o',
  '> > get_weather',
  '> turn 2',
  '> > chat gpt-4o',
]

/** Every method of the classes that may be replaced, as it is now. */
function methods(): Map<string, Anything> {
  const found = new Map<string, Anything>()
  for (const [name, value] of Object.entries(lib)) {
    if (typeof value !== 'function') continue
    for (let at = value.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
        found.set(`${name} ${key}`, (descriptor as PropertyDescriptor).value)
      }
    }
  }
  return found
}

describe('switching the Agents SDK on and off', () => {
  test('puts every method back, and makes no span then', async () => {
    using traces = captureAlone()
    const before = methods()
    undo = instrumentOpenAIAgents(lib)
    const traced = methods()
    const changed = [...before].filter(([key, value]) => traced.get(key) !== value)
    expect(changed.length).toBeGreaterThan(10)
    await lib.run(assistant('tool'), 'Hi!')
    expect(traces.spans.length).toBeGreaterThan(0)
    undo()
    for (const [key, value] of methods()) expect(value, key).toBe(before.get(key))
    traces.clear()
    await lib.run(assistant('tool'), 'Hi!')
    expect(traces.spans).toEqual([])
  })

  test('changes nothing the second time, and can be switched on again', async () => {
    using traces = captureAlone()
    instrumentOpenAIAgents(lib)()
    undo = instrumentOpenAIAgents(lib)
    const once = methods()
    const second = instrumentOpenAIAgents(lib)
    for (const [key, value] of methods()) expect(value, key).toBe(once.get(key))
    await lib.run(assistant('tool'), 'Hi!')
    expect(outlines(traces)).toEqual([TREE])
    second()
  })

  test('says so where it is given something else', () => {
    using traces = captureAlone()
    instrumentOpenAIAgents({ nothing: 'known' })()
    expect(traces.diagnostics.map(({ code }) => code)).toContain('TS_INSTRUMENT_UNKNOWN')
  })

  test('traces under NODE_ENV=test, where the tracing of the SDK is off', async () => {
    expect(process.env.NODE_ENV).toBe('test')
    using traces = captureAlone()
    undo = instrumentOpenAIAgents(lib)
    await lib.run(assistant('tool'), 'Hi!')
    expect(outlines(traces)).toEqual([TREE])
  })
})

describe('what is recorded', () => {
  test('is the same tree and the same tokens, with the client traced as well and without it', async () => {
    const seen: unknown[] = []
    for (const withClient of [false, true]) {
      using traces = captureAlone()
      const stop = withClient ? instrumentOpenAI(OpenAI) : () => undefined
      undo = instrumentOpenAIAgents(lib)
      await lib.run(assistant('tool'), 'Hi!')
      seen.push([outlines(traces), traces.spans.map(({ tokens }) => tokens?.totalTokens)])
      const inputs = traces.spans.filter(({ name }) => name === 'chat gpt-4o').map((span) => span.inputs)
      expect(inputs[0]).toMatchObject({ instructions: 'secret instructions' })
      undo()
      stop()
    }
    expect(seen[1]).toEqual(seen[0])
    expect((seen[0] as unknown[])[0]).toEqual([TREE])
  })

  test.each(['run', 'stream', 'failure'])('has no content where content is not captured: %s', async (how) => {
    using traces = captureAlone({ captureContent: false })
    const stop = instrumentOpenAI(OpenAI)
    undo = instrumentOpenAIAgents(lib)
    const runner = new lib.Runner({ traceMetadata: { tenant: 'secret metadata' } })
    const execute = async (): Promise<never> => {
      throw new Error('secret failure')
    }
    const failing = lib.tool({
      name: 'look_up',
      description: 'secret description',
      parameters: z.object({ city: z.string() }),
      errorFunction: null,
      execute,
    })
    const agent = assistant('guarded', how === 'failure' ? { tools: [failing] } : {})
    const result = runner.run(agent, 'secret question', { stream: how === 'stream' })
    if (how === 'failure') await expect(result).rejects.toThrow('secret failure')
    else if (how === 'stream') for await (const _piece of (await result).toTextStream());
    else await result
    expect(traces.spans.map(({ name }) => name)).toContain('look_up')
    const text = JSON.stringify(traces.spans, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(text).not.toContain('secret')
    stop()
  })

  test('passes through redaction', async () => {
    using traces = captureAlone({ redact: (text) => String(text).replaceAll('secret', '***') })
    const stop = instrumentOpenAI(OpenAI)
    undo = instrumentOpenAIAgents(lib)
    await lib.run(assistant('guarded'), 'secret question')
    const text = JSON.stringify(traces.spans, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(text).toContain('question')
    expect(text).not.toContain('secret')
    stop()
  })

  test('stands below the span of the program, and the program finds the tool as its parent', async () => {
    using traces = captureAlone()
    undo = instrumentOpenAIAgents(lib)
    const inner = lib.tool({
      name: 'get_weather',
      description: 'Weather',
      parameters: z.object({ city: z.string() }),
      execute: async () => withSpan(async () => 'sunny', { name: 'inner' }),
    })
    await withSpan(() => lib.run(assistant('tool', { tools: [inner] }), 'Hi!'), { name: 'request' })
    expect(outlines(traces)).toEqual([
      [
        'request',
        '> agent:Assistant',
        '> > turn 1',
        '> > > chat gpt-4o',
        '> > > get_weather',
        '> > > > inner',
        '> > turn 2',
        '> > > chat gpt-4o',
      ],
    ])
  })
})

test('the conversation of a run is the session of its trace', async () => {
  using traces = captureAlone()
  undo = instrumentOpenAIAgents(lib)
  await lib.run(assistant('hello'), 'Hi!', { conversationId: 'conv_1' })
  await new lib.Runner({ groupId: 'group_1' }).run(assistant('hello'), 'Hi!', { conversationId: 'conv_1' })
  expect(traces.all.map(({ sessionId }) => sessionId)).toEqual(['conv_1', 'group_1'])
})

test('nothing is uploaded to OpenAI when the user says so', async () => {
  let uploads = 0
  const server = createServer((request, response) => {
    uploads += 1
    request.resume()
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/traces`
  try {
    using _traces = captureAlone()
    const exporter = new lib.OpenAITracingExporter({ apiKey: 'sk-test', endpoint })
    const upload = (): Promise<unknown> =>
      exporter.export([new lib.Trace({ name: 'Agent workflow' }, new lib.MultiTracingProcessor())])
    undo = instrumentOpenAIAgents(lib, { upload: false })
    await expect(upload()).resolves.toBeUndefined()
    expect(uploads).toBe(0)
    undo()
    undo = instrumentOpenAIAgents(lib)
    await upload()
    expect(uploads).toBe(1)
  } finally {
    server.close()
  }
})
