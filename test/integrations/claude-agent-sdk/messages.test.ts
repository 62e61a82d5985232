import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { tracingContext, withAgent } from '../../../src/index.ts'
import { traceQuery } from '../../../src/integrations/claude-agent-sdk/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'

// Orders of messages that the real process brings only by chance. What they look like is what it writes.

let traces: CapturedTraces
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  traces = captureTraces({ instrumentations: false })
})
afterEach(() => traces.stop())

type Hooks = Record<string, { hooks: ((input: object) => Promise<object>)[] }[]>
interface Params {
  readonly prompt: unknown
  readonly options: { readonly hooks: Hooks; readonly env?: Record<string, string | undefined> }
}
type Step = object | ((params: Params) => unknown)

/** A `query` that brings these messages, and calls what is a function in between. */
const querying = (...steps: readonly Step[]) =>
  traceQuery(async function* query(params: { prompt: unknown; options?: object }) {
    for (const step of steps) {
      if (typeof step === 'function') await step(params as Params)
      else yield step
    }
  })

const hook =
  (event: string, input: object): Step =>
  ({ options }) =>
    Promise.all(
      (options.hooks[event] ?? []).flatMap(({ hooks }) =>
        hooks.map((one) => one({ hook_event_name: event, ...input })),
      ),
    )

const init = { type: 'system', subtype: 'init', session_id: 's-1', model: 'm' }
const said = (id: string, content: object, more: object = {}) => ({
  type: 'assistant',
  message: { id, role: 'assistant', model: 'm', content: [content], stop_reason: null, usage: used(20, 1) },
  parent_tool_use_id: null,
  session_id: 's-1',
  ...more,
})
const used = (input: number, output: number) => ({ input_tokens: input, output_tokens: output })
const text = (words: string) => ({ type: 'text', text: words })
const use = (id: string, name = 'Bash', input: object = {}) => ({ type: 'tool_use', id, name, input })
const got = (id: string, content: string, more: object = {}) => ({
  type: 'user',
  message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] },
  parent_tool_use_id: null,
  session_id: 's-1',
  ...more,
})
const result = (inputTokens: number, outputTokens: number, more: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'done',
  session_id: 's-1',
  modelUsage: { m: { inputTokens, outputTokens } },
  ...more,
})

const read = async (query: AsyncIterable<unknown>): Promise<unknown[]> => {
  const all: unknown[] = []
  for await (const message of query) all.push(message)
  return all
}
const names = () => traces.spans.map(({ name }) => name)
const parentOf = (name: string) => {
  const { parentSpanId } = traces.get(name)
  return traces.spans.find(({ spanId }) => spanId === parentSpanId)?.name
}

test('an answer whose parts come between the results of its tools is one call', async () => {
  const query = querying(
    init,
    said('msg_1', use('a')),
    got('a', '1'),
    said('msg_1', use('b')),
    got('b', '2'),
    said('msg_2', text('done')),
    result(40, 30),
  )
  await read(query({ prompt: 'hi' }))
  const [first, second] = traces.findAll('chat m')
  expect(first?.outputs).toMatchObject({ content: [{ id: 'a' }, { id: 'b' }] })
  expect(second?.inputs).toMatchObject({
    messages: [{ content: [{ content: '1' }] }, { content: [{ content: '2' }] }],
  })
  expect(traces.findAll('tool:Bash').map(({ outputs }) => outputs)).toEqual(['1', '2'])
  expect(traces.get('agent:claude').tokens).toMatchObject({ inputTokens: 40, outputTokens: 30 })
})

test('without hooks tools are timed by their messages', async () => {
  const at = (ms: number) => ({ timestamp: new Date(1_700_000_000_000 + ms).toISOString() })
  const query = querying(
    init,
    said('msg_1', use('a'), at(100)),
    got('a', '1', at(350)),
    said('msg_2', text('done'), at(600)),
    result(40, 30),
  )
  await read(query({ prompt: 'hi' }))
  expect(traces.get('tool:Bash').durationMs).toBe(250)
  expect(traces.findAll('chat m')[1]?.durationMs).toBe(250)
})

test('a sub-agent in the background keeps its turn open over several results', async () => {
  const task = use('t', 'Task', { subagent_type: 'helper', prompt: 'look' })
  const launched = { isAsync: true, status: 'async_launched', agentId: 'a1' }
  const inside = { parent_tool_use_id: 't', agent_id: 'a1' }
  const query = querying(
    init,
    said('msg_1', task),
    hook('PreToolUse', { tool_name: 'Agent', tool_use_id: 't', tool_input: task.input }),
    hook('SubagentStart', { agent_id: 'a1', agent_type: 'helper' }),
    hook('PostToolUse', { tool_name: 'Agent', tool_use_id: 't', tool_response: launched }),
    got('t', 'launched', { tool_use_result: launched }),
    said('msg_2', text('it looks')),
    result(40, 20),
    said('msg_3', use('u', 'Read'), inside),
    hook('PreToolUse', { tool_name: 'Read', tool_use_id: 'u', agent_id: 'a1' }),
    hook('PostToolUse', { tool_name: 'Read', tool_use_id: 'u', tool_response: 'text', agent_id: 'a1' }),
    got('u', 'text', inside),
    hook('SubagentStop', { agent_id: 'a1', last_assistant_message: 'found' }),
    said('msg_4', text('it has looked')),
    result(90, 50, { result: 'it has looked' }),
  )
  await read(query({ prompt: 'hi' }))
  expect(traces.all).toHaveLength(1)
  expect(parentOf('agent:helper')).toBe('tool:Agent')
  expect(parentOf('tool:Read')).toBe('agent:helper')
  expect(traces.get('agent:helper')).toMatchObject({ inputs: 'look', outputs: 'found' })
  expect(traces.get('agent:claude')).toMatchObject({
    outputs: 'it has looked',
    tokens: { inputTokens: 90, outputTokens: 50 },
  })
})

test('what is thrown after a result that is an error fails nothing a second time', async () => {
  const error = new Error('Claude Code returned an error result: Boom')
  const failed = result(0, 0, {
    is_error: true,
    result: 'Boom',
    modelUsage: {},
    terminal_reason: 'api_error',
  })
  const query = querying(init, said('x', text('Boom'), { error: 'rate_limit' }), failed, () => {
    throw error
  })
  await expect(read(query({ prompt: 'hi' }))).rejects.toBe(error)
  expect(names()).toEqual(['agent:claude', 'chat m'])
  expect(traces.get('agent:claude')).toMatchObject({
    status: { code: 'ERROR', message: 'Boom' },
    attributes: { 'error.type': 'api_error' },
  })
  expect(traces.get('chat m').attributes['error.type']).toBe('rate_limit')
})

test('what is thrown before a result fails the turn, with the tokens so far', async () => {
  const query = querying(init, said('msg_1', text('half')), () => {
    throw new RangeError('exited with code 1')
  })
  await expect(read(query({ prompt: 'hi' }))).rejects.toThrow('exited')
  expect(traces.get('agent:claude')).toMatchObject({
    error: { type: 'RangeError' },
    tokens: { inputTokens: 20, outputTokens: 1 },
  })
})

test('a limit that was reached is told by its name', async () => {
  const limit = result(20, 10, { subtype: 'error_max_turns', is_error: true, errors: ['Reached 1 turn'] })
  await read(querying(init, said('msg_1', use('a')), limit)({ prompt: 'hi' }))
  expect(traces.get('agent:claude')).toMatchObject({
    status: { code: 'ERROR', message: 'Reached 1 turn' },
    attributes: { 'error.type': 'error_max_turns' },
  })
})

test('attempts that the process repeats are events of the answer', async () => {
  const retry = { type: 'system', subtype: 'api_retry', attempt: 1, error_status: 529, error: 'overloaded' }
  await read(querying(init, retry, said('msg_1', text('at last')), result(20, 10))({ prompt: 'hi' }))
  expect(traces.get('chat m').events).toMatchObject([
    { name: 'retry', attributes: { 'http.request.resend_count': 1, 'http.response.status_code': 529 } },
  ])
})

test('a session and an agent of the program win', async () => {
  const query = querying(init, said('msg_1', text('hi')), result(20, 10))
  await tracingContext({ sessionId: 'mine' }, () => read(query({ prompt: 'hi' })))
  expect(traces.last?.sessionId).toBe('mine')
  expect(traces.get('agent:claude').attributes['gen_ai.conversation.id']).toBe('s-1')
  traces.clear()
  await withAgent({ agent: 'outer' }, () => read(query({ prompt: 'hi', options: { agent: 'reviewer' } })))
  expect(parentOf('agent:reviewer')).toBe('agent:outer')
})

test("the program's options stay as they are, its hooks come first, and its environment is kept", async () => {
  const own = async () => ({})
  const options = Object.freeze({
    hooks: Object.freeze({ PreToolUse: Object.freeze([{ matcher: 'Bash', hooks: [own] }]) }),
    env: Object.freeze({ KEY: 'v', TRACEPARENT: undefined }),
    model: 'm',
  })
  let given: Params | undefined
  await read(querying((params) => (given = params), init, result(0, 0))({ prompt: 'hi', options }))
  expect(given?.options.hooks.PreToolUse?.[0]).toEqual({ matcher: 'Bash', hooks: [own] })
  expect(given?.options.hooks.PreToolUse).toHaveLength(2)
  const { traceId, spanId } = traces.get('agent:claude')
  expect(given?.options.env).toMatchObject({ KEY: 'v', TRACEPARENT: `00-${traceId}-${spanId}-01` })
  const traced = '00-11111111111111111111111111111111-2222222222222222-01'
  await read(
    querying(
      (params) => (given = params),
      result(0, 0),
    )({ prompt: 'hi', options: { env: { TRACEPARENT: traced } } }),
  )
  expect(given?.options.env).toEqual({ TRACEPARENT: traced })
})

test('with capture off no content leaves', async () => {
  traces.stop()
  traces = captureTraces({ captureContent: false, instrumentations: false })
  const query = querying(
    init,
    said('msg_1', use('a', 'Bash', { command: 'canary' })),
    hook('PreToolUse', { tool_name: 'Bash', tool_use_id: 'a', tool_input: { command: 'canary' } }),
    hook('PostToolUseFailure', { tool_name: 'Bash', tool_use_id: 'a', error: 'canary' }),
    got('a', 'canary'),
    said('msg_2', text('canary')),
    result(40, 30, { is_error: true, result: 'canary' }),
  )
  await read(query({ prompt: 'canary' }))
  expect(names()).toEqual(['agent:claude', 'chat m', 'tool:Bash', 'chat m', 'usage'])
  expect(JSON.stringify(traces.spans)).not.toContain('canary')
})

test('where nothing is traced the program gets what the SDK gives', async () => {
  traces.stop()
  let given: unknown
  const params = { prompt: 'hi' }
  const query = querying((one) => (given = one), init)
  expect(await read(query(params))).toEqual([init])
  expect(given).toBe(params)
})

test('a function that is traced comes back as it is, and looks like the original', () => {
  const query = querying()
  expect(traceQuery(query)).toBe(query)
  expect([query.name, query.length]).toEqual(['query', 1])
})

test('messages that look like nothing known do no harm', async () => {
  const odd = [{}, { type: 'user' }, { type: 'assistant' }, { type: 'assistant', message: { content: 'x' } }]
  const more = [{ type: 'stream_event' }, { type: 'system', subtype: 'task_started' }, { type: 'result' }]
  const all = [...odd, ...more]
  expect(await read(querying(...all)({ prompt: 'hi' }))).toEqual(all)
  expect(traces.findAll('agent:claude')).toHaveLength(1)
})
