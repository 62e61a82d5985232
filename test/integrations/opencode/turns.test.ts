import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Diagnostic, onDiagnostic, withSpan } from '../../../src/index.ts'
import { instrumentOpenCode } from '../../../src/integrations/opencode/index.ts'
import { type CapturedTraces, captureTraces, type SpanNode } from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { fixture } from './matrix.ts'
import { startReplayServer } from './replay-server.ts'

// What the objects of the SDK take and give is their own affair.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

let sdk: Anything
let version2: Anything
beforeAll(async () => {
  const folder = join(await fixtureModules(fixture('opencode-sdk-1.19')), '@opencode-ai/sdk/dist')
  sdk = await import(pathToFileURL(join(folder, 'index.js')).href)
  version2 = await import(pathToFileURL(join(folder, 'v2/index.js')).href)
})

let undo: (() => void)[] = []
const said: Diagnostic[] = []
let stopHearing = (): void => {}
beforeEach(() => {
  said.length = 0
  stopHearing = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  for (const each of undo) each()
  undo = []
  stopHearing()
})

function capture(): CapturedTraces {
  undo.push(instrumentOpenCode(sdk), instrumentOpenCode(version2))
  return captureTraces({ instrumentations: [] })
}

const lines = (nodes: readonly SpanNode[], depth = 0): string[] =>
  nodes.flatMap(({ span, children }) => [`${'  '.repeat(depth)}${span.name}`, ...lines(children, depth + 1)])
const trees = (traces: CapturedTraces): string[][] => traces.all.map(({ tree }) => lines(tree))

const WHOLE = ['agent:opencode', '  chat gpt-4o', '  tool:bash', '  chat gpt-4o']
const parts = [{ type: 'text', text: 'Say hello.' }]
const prompt = { path: { id: 'ses_1' }, body: { parts } }

test('a turn asks for its messages once, before the answer is handed on, and stands below the active span', async () => {
  await using server = await startReplayServer()
  const traces = capture()
  const client = sdk.createOpencodeClient({ baseUrl: server.url })
  const { data } = await withSpan(() => client.session.prompt(prompt), { name: 'work' })
  expect(data.parts[0].text).toBe('It says hello.')
  expect(server.asked).toEqual(['POST /session/ses_1/message', 'GET /session/ses_1/message'])
  await traces.settled()
  expect(trees(traces)).toEqual([['work', ...WHOLE.map((line) => `  ${line}`)]])
  const calls = traces.spans.filter(({ name }) => name === 'chat gpt-4o')
  expect(calls.map(({ attributes }) => attributes['opencode.cost'])).toEqual([0.25, 0.25])
  expect(calls[1]?.attributes['gen_ai.response.time_to_first_chunk']).toBe(0.02)
  expect(said).toEqual([])
})

test.each(['fails', 'hangs'] as const)(
  'a server that %s when it is asked for messages costs seconds at most, and what is missing is said',
  async (messages) => {
    await using server = await startReplayServer({ messages })
    const traces = capture()
    const client = sdk.createOpencodeClient({ baseUrl: server.url })
    const { data } = await client.session.prompt(prompt)
    expect(data.parts[0].text).toBe('It says hello.')
    await traces.settled()
    expect(trees(traces)).toEqual([['agent:opencode', '  chat gpt-4o']])
    expect(said.map(({ code }) => code)).toEqual(['TS_OPENCODE_MESSAGES'])
  },
)

test('a sub-agent whose session does not answer costs no more time than any other', async () => {
  await using server = await startReplayServer({ subAgent: true })
  const traces = capture()
  const client = sdk.createOpencodeClient({ baseUrl: server.url })
  const { data } = await client.session.prompt(prompt)
  expect(data.parts[0].text).toBe('It says hello.')
  await traces.settled()
  expect(trees(traces)).toEqual([WHOLE])
  expect(said.map(({ code }) => code)).toEqual(['TS_OPENCODE_MESSAGES'])
})

test('messages that cannot be told leave the program its answer, and end the turn', async () => {
  await using server = await startReplayServer()
  const traces = capture()
  const client = sdk.createOpencodeClient({ baseUrl: server.url })
  // An interceptor of the program may give anything.
  const input: Record<string, unknown> = {}
  input.self = input
  const part = { type: 'tool', tool: 'bash', callID: 'call_1', state: { status: 'completed', input } }
  const info = { role: 'assistant', parentID: 'msg_1', time: {} }
  client.session.messages = async () => ({ data: [{ info, parts: [part] }] })
  const { data } = await client.session.prompt(prompt)
  expect(data.parts[0].text).toBe('It says hello.')
  await traces.settled()
  expect(traces.all.map(({ name }) => name)).toEqual(['agent:opencode'])
})

test('a client that throws gives the program its error, and the turn has it', async () => {
  const traces = capture()
  const client = version2.createOpencodeClient({ baseUrl: 'http://127.0.0.1:9', throwOnError: true })
  await expect(client.session.prompt({ sessionID: 'ses_1', parts })).rejects.toThrow()
  await traces.settled()
  expect(traces.spans[0]).toMatchObject({ name: 'agent:opencode', status: { code: 'ERROR' } })
})

test('a turn whose request the program aborts ends as aborted', async () => {
  const traces = capture()
  const fetch = async (): Promise<never> => {
    throw new DOMException('This operation was aborted', 'AbortError')
  }
  const client = sdk.createOpencodeClient({ baseUrl: 'http://127.0.0.1:9', fetch, throwOnError: true })
  await expect(client.session.prompt(prompt)).rejects.toMatchObject({ name: 'AbortError' })
  await traces.settled()
  expect(traces.spans[0]?.attributes['turnspan.call.end']).toBe('aborted')
})

test('a turn that nobody waits for ends with the event that says so', async () => {
  await using server = await startReplayServer()
  const traces = capture()
  const client = sdk.createOpencodeClient({ baseUrl: server.url })
  const control = new AbortController()
  const events = await client.event.subscribe({ signal: control.signal })
  const heard: string[] = []
  const reading = (async () => {
    for await (const { type } of events.stream) {
      heard.push(type)
      if (type === 'server.connected') {
        await client.session.promptAsync(prompt)
        server.emit({ type: 'session.idle', properties: { sessionID: 'ses_2' } })
        server.emit({ type: 'session.idle', properties: { sessionID: 'ses_1' } })
      }
      if (heard.length === 3) break
    }
  })()
  await reading
  control.abort()
  expect(heard).toEqual(['server.connected', 'session.idle', 'session.idle'])
  await traces.settled()
  expect(trees(traces)).toEqual([WHOLE])
})

test('two turns that nobody waits for in one session end both, each with its own messages', async () => {
  await using server = await startReplayServer({ turns: 2 })
  const traces = capture()
  const client = sdk.createOpencodeClient({ baseUrl: server.url })
  const control = new AbortController()
  const events = await client.event.subscribe({ signal: control.signal })
  let isAsked = false
  for await (const { type } of events.stream) {
    if (type === 'session.idle') break
    if (isAsked) continue
    isAsked = true
    await client.session.promptAsync(prompt)
    await client.session.promptAsync(prompt)
    server.emit({ type: 'session.idle', properties: { sessionID: 'ses_1' } })
  }
  control.abort()
  await traces.settled()
  expect(trees(traces)).toEqual([WHOLE, WHOLE])
})

test('what is taken back leaves clients as they were', async () => {
  await using server = await startReplayServer()
  const before = Object.getPrototypeOf(sdk.createOpencodeClient({ baseUrl: server.url }).session).prompt
  const traces = capture()
  const client = sdk.createOpencodeClient({ baseUrl: server.url })
  expect(client.session.prompt).not.toBe(before)
  for (const each of undo) each()
  undo = []
  expect(client.session.prompt).toBe(before)
  await client.session.prompt(prompt)
  await traces.settled()
  expect(traces.spans).toEqual([])
})
