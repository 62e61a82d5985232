import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  getCurrentActiveSpan,
  newResponseId,
  traceIdFromResponseId,
  withAgent,
  withSpan,
  withTool,
} from '../../../src/index.ts'
import { createHarness, type Turn } from '../../../src/integrations/harness/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'

let traces: CapturedTraces
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  traces = captureTraces()
})
afterEach(() => traces.stop())

const HEX = '0af7651916cd43dd8448eb211c80319c'
const harness = createHarness({ name: 'runtime', provider: 'anthropic' })
const usage = { inputTokens: 10, outputTokens: 5 }

const begin = (): Turn => harness.turn({ agent: 'support', responseId: newResponseId(), input: 'hi' })
const parentOf = (name: string): string | undefined => {
  const { parentSpanId } = traces.get(name)
  return traces.spans.find(({ spanId }) => spanId === parentSpanId)?.name
}
describe('a turn', () => {
  const given = {
    agent: 'support',
    model: 'claude-x',
    responseId: `resp_${HEX}`,
    sessionId: 's-1',
    user: 'u-1',
    input: [{ role: 'user', content: 'hi' }],
    attributes: { tier: 'gold' },
  }

  test('has the keys of withAgent, and its tool those of withTool', () => {
    const turn = harness.turn(given)
    turn.tool({ name: 'get_weather', arguments: { city: 'SF' }, callId: 'call_1' }).end({ output: 'fog' })
    turn.end({ output: 'A coat.' })
    const [agent, tool] = [traces.get('agent:support'), traces.get('tool:get_weather')]
    traces.clear()
    withAgent({ ...given, provider: 'anthropic' }, () => {
      withTool({ tool: 'get_weather', arguments: { city: 'SF' }, callId: 'call_1' }, () => 'fog')
      return 'A coat.'
    })
    const { 'turnspan.harness.name': name, ...others } = agent.attributes
    expect(name).toBe('runtime')
    expect(shape({ ...agent, attributes: others })).toEqual(shape(traces.get('agent:support')))
    expect(shape(tool)).toEqual(shape(traces.get('tool:get_weather')))
    expect(traces.last).toMatchObject({ sessionId: 's-1', user: 'u-1', traceId: HEX })
  })

  test('has the trace ID of its response ID, also where another span is active', () => {
    const responseId = newResponseId()
    withSpan(() => harness.turn({ responseId }).end(), { name: 'POST /chat' })
    const { traceId, links } = traces.get('agent:runtime')
    expect(traceId).toBe(traceIdFromResponseId(responseId))
    expect(links).toHaveLength(1)
  })

  test('without a response ID says by which one it is found', () => {
    const turn = harness.turn()
    turn.end()
    expect(turn.responseId).toBe(`resp_${traces.get('agent:runtime').traceId}`)
  })

  test('is the active span where it is run, and ends once', () => {
    const turn = begin()
    expect(turn.run(() => getCurrentActiveSpan())).toBe(turn.span)
    turn.run(() => withSpan(() => 1, { name: 'inner' }))
    turn.end({ output: 'first' })
    turn.fail(new Error('late'))
    expect(turn.isOpen).toBe(false)
    expect(traces.get('agent:support')).toMatchObject({ outputs: 'first', status: { code: 'OK' } })
    expect(parentOf('inner')).toBe('agent:support')
  })

  test('takes times from the runtime', () => {
    const turn = harness.turn({ startTime: 1_700_000_000_000 })
    turn.tool({ name: 't', startTime: 1_700_000_001_000 }).end({ endTime: 1_700_000_001_500 })
    turn.end({ endTime: 1_700_000_002_000 })
    expect(traces.get('tool:t').durationMs).toBe(500)
    expect(traces.get('agent:runtime').durationMs).toBe(2000)
  })

  test('of a failure that is told has its type, and of an error what was thrown', () => {
    begin().fail({ type: 'max_turns', message: 'too long' })
    expect(traces.get('agent:support')).toMatchObject({
      status: { code: 'ERROR', message: 'too long' },
      attributes: { 'error.type': 'max_turns' },
    })
    traces.clear()
    begin().fail(new TypeError('no'))
    expect(traces.get('agent:support').error).toMatchObject({ type: 'TypeError', message: 'no' })
  })

  test('says of options that it does not know', () => {
    harness.turn({ sessionID: 's' } as never).end()
    expect(traces.diagnostics).toMatchObject([{ code: 'TS_OPTION_UNKNOWN' }])
  })
})

const VARYING = ['spanId', 'parentSpanId', 'startTime', 'endTime', 'durationMs', 'traceId']
const shape = (span: object): object =>
  Object.fromEntries(Object.entries(span).filter(([key]) => !VARYING.includes(key)))

describe('work below a turn', () => {
  test('stands below what it was begun with, in parallel and whatever is active', async () => {
    const turn = begin()
    const tools = ['a', 'b', 'c'].map((name) => turn.tool({ name, callId: name }))
    await Promise.all(
      tools.map((tool, at) =>
        tool.run(async () => {
          await Promise.resolve()
          withSpan(() => 1, { name: `inner ${tool.callId}` })
          // The report comes from inside another tool, and means the turn all the same.
          turn.step({ name: `step ${at}` }).end()
          tool.end({ output: at })
        }),
      ),
    )
    turn.end()
    for (const name of ['a', 'b', 'c']) {
      expect(parentOf(`tool:${name}`)).toBe('agent:support')
      expect(parentOf(`inner ${name}`)).toBe(`tool:${name}`)
    }
    expect(parentOf('step 2')).toBe('agent:support')
    expect(traces.get('step 2').type).toBe('TASK')
  })

  test('of a model has the keys of a traced client', () => {
    const turn = begin()
    const call = turn.modelCall({
      model: 'claude-x',
      input: { messages: [{ role: 'user', content: 'hi' }] },
      messageFormat: 'anthropic',
    })
    call.firstToken()
    call.end({
      output: { role: 'assistant', content: 'hello' },
      usage: { ...usage, cacheReadInputTokens: 4 },
      model: 'claude-x-1',
      responseId: 'msg_1',
      finishReasons: ['end_turn'],
    })
    turn.end()
    expect(traces.get('chat claude-x')).toMatchObject({
      type: 'CHAT_MODEL',
      provider: 'anthropic',
      outputs: { role: 'assistant', content: 'hello' },
      tokens: { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 4 },
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'claude-x',
        'gen_ai.response.model': 'claude-x-1',
        'gen_ai.response.id': 'msg_1',
        'gen_ai.response.finish_reasons': ['end_turn'],
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
      },
    })
    expect(traces.get('agent:support').tokens).toMatchObject({ inputTokens: 10, outputTokens: 5 })
  })

  test('of a model that failed keeps what came before', () => {
    const turn = begin()
    turn.modelCall({ model: 'm' }).fail(new Error('cut'), { output: 'hal', usage })
    turn.end()
    expect(traces.get('chat m')).toMatchObject({
      outputs: 'hal',
      tokens: usage,
      status: { code: 'ERROR' },
      error: { message: 'cut' },
    })
    expect(traces.get('agent:support').status.code).toBe('OK')
  })

  test('is found by the ID of its call while it is open, also below a sub-agent', () => {
    const turn = begin()
    const tool = turn.subAgent({ agent: 'helper' }).tool({ name: 'search', callId: 'call_7' })
    expect(turn.toolOf('call_7')).toBe(tool)
    tool.end()
    expect(turn.toolOf('call_7')).toBeUndefined()
    turn.end()
  })

  test('that is forgotten ends with the turn, and background work goes on', () => {
    const turn = begin()
    turn.tool({ name: 'forgotten' })
    const behind = turn.tool({ name: 'behind', background: true })
    turn.end()
    expect(traces.get('tool:forgotten').attributes).toMatchObject({ 'turnspan.call.end': 'abandoned' })
    expect(behind.isOpen).toBe(true)
    behind.end({ output: 1 })
    expect(parentOf('tool:behind')).toBe('agent:support')
  })
})

describe('a policy', () => {
  test('that denies fails its own span, with its reason', () => {
    const turn = begin()
    turn
      .policy({ name: 'no-shell', phase: 'tool_call', input: { tool: 'bash' } })
      .decide('deny', 'not allowed')
    turn.end()
    expect(traces.get('policy:no-shell')).toMatchObject({
      type: 'GUARDRAIL',
      inputs: { tool: 'bash' },
      outputs: { decision: 'deny', reason: 'not allowed' },
      status: { code: 'ERROR', message: 'not allowed' },
      attributes: {
        'policy.name': 'no-shell',
        'policy.phase': 'tool_call',
        'policy.action': 'deny',
        'policy.reason': 'not allowed',
        'error.type': 'policy_denied',
      },
    })
    expect(traces.get('agent:support').status.code).toBe('OK')
  })

  test.each(['allow', 'ask'] as const)('that says %s is OK, and may be told when it is over', (decision) => {
    const turn = begin()
    const policy = turn.policy({ name: 'p', decision })
    expect(policy.isOpen).toBe(false)
    turn.end()
    expect(traces.get('policy:p')).toMatchObject({
      status: { code: 'OK' },
      attributes: { 'policy.action': decision },
    })
  })

  test('says no more than allow, deny and ask', () => {
    const turn = begin()
    turn.policy({ name: 'p' }).decide('maybe' as never)
    turn.end()
    expect(traces.get('policy:p').attributes).not.toHaveProperty('policy.action')
    expect(traces.diagnostics).toMatchObject([{ code: 'TS_ARGUMENT' }])
  })

  test('with capture off shows its decision, and no word of its reason', () => {
    traces.stop()
    traces = captureTraces({ captureContent: false })
    const turn = begin()
    turn.policy({ name: 'p', input: 'canary', decision: 'deny', reason: 'canary' })
    turn.handoff({ to: 'other', reason: 'canary', input: 'canary' })
    turn.tool({ name: 't', arguments: 'canary' }).fail({ type: 'broken', message: 'canary' })
    turn.modelCall({ model: 'm', input: 'canary', tools: ['canary'] }).end({ output: 'canary' })
    turn.cancel('canary')
    expect(traces.spans).toHaveLength(5)
    expect(traces.get('policy:p').attributes).toMatchObject({ 'policy.action': 'deny' })
    expect(JSON.stringify(traces.spans)).not.toContain('canary')
  })
})

describe('sub-agents and handoffs', () => {
  test('stand in the trace of the root, whatever their response IDs are', () => {
    const turn = begin()
    const tool = turn.tool({ name: 'Task' })
    const sub = tool.subAgent({ agent: 'researcher', responseId: `resp_${HEX}` })
    sub.modelCall({ model: 'm' }).end({ usage })
    sub.end()
    tool.end()
    turn.handoff({ to: 'billing', reason: 'money' })
    turn.end()
    expect(new Set(traces.spans.map(({ traceId }) => traceId)).size).toBe(1)
    expect(parentOf('agent:researcher')).toBe('tool:Task')
    expect(traces.get('agent:researcher').attributes['gen_ai.response.id']).toBe(`resp_${HEX}`)
    expect(traces.get('handoff:billing')).toMatchObject({
      type: 'TASK',
      inputs: { reason: 'money' },
      attributes: { 'turnspan.handoff.from': 'support', 'turnspan.handoff.to': 'billing' },
    })
    expect(traces.get('agent:support').tokens).toMatchObject(usage)
  })

  test('are found by the response ID of their root alone, while it is open', () => {
    const turn = begin()
    expect(harness.turnOf(turn.responseId as string)).toBe(turn)
    const other = createHarness({ name: 'other' })
    other.turn({ responseId: newResponseId(), rootResponseId: turn.responseId }).end()
    turn.end()
    expect(parentOf('agent:other')).toBe('agent:support')
    expect(harness.turnOf(turn.responseId as string)).toBeUndefined()
  })

  test('have the trace of their root where that one is in another process', () => {
    const sub = harness.turn({ responseId: newResponseId(), rootResponseId: `resp_${HEX}` })
    sub.end()
    expect(traces.get('agent:runtime')).toMatchObject({
      traceId: HEX,
      attributes: { 'gen_ai.response.id': sub.responseId },
    })
  })
})

describe('a cancellation', () => {
  test('fails the turn and what is open below it, and nothing that was over', () => {
    const turn = begin()
    turn.tool({ name: 'done' }).end()
    const tool = turn.tool({ name: 'open' })
    tool.modelCall({ model: 'm' })
    turn.cancel('by the user')
    const cancelled = {
      status: { code: 'ERROR', message: 'by the user' },
      attributes: { 'error.type': 'cancelled', 'turnspan.call.end': 'aborted' },
    }
    expect(traces.get('agent:support')).toMatchObject(cancelled)
    expect(traces.get('tool:open')).toMatchObject(cancelled)
    expect(traces.get('chat m')).toMatchObject({
      status: { code: 'OK' },
      attributes: { 'turnspan.call.end': 'aborted' },
    })
    expect(traces.get('tool:done').status.code).toBe('OK')
    expect(tool.isOpen).toBe(false)
  })
})

describe('late tokens', () => {
  test('come to the call that they are of, which keeps its end', () => {
    const turn = begin()
    const call = turn.modelCall({ model: 'm', startTime: 1_700_000_000_000 })
    call.end({ output: 'x', usageFollows: true, endTime: 1_700_000_000_250 })
    expect(traces.spans).toEqual([])
    call.usage(usage)
    turn.end()
    expect(traces.get('chat m')).toMatchObject({ tokens: usage, outputs: 'x', durationMs: 250 })
  })

  test('that never come hold nothing up beyond the turn', () => {
    const turn = begin()
    turn.modelCall({ model: 'm' }).end({ output: 'x', usageFollows: true })
    turn.end()
    const call = traces.get('chat m')
    expect(call).toMatchObject({ outputs: 'x', status: { code: 'OK' } })
    expect(call.attributes).not.toHaveProperty('turnspan.call.end')
  })

  test('that no call has told have a span of their own, and count once', () => {
    const turn = begin()
    turn.modelCall({ model: 'm' }).end({ usage })
    turn.end({ output: 'done', usageFollows: true, endTime: Date.now() + 10 })
    expect(traces.findAll('agent:support')).toEqual([])
    turn.usage({ inputTokens: 1, outputTokens: 2 }, { model: 'm' })
    expect(traces.get('usage')).toMatchObject({ type: 'LLM', model: 'm', tokens: { totalTokens: 3 } })
    expect(traces.get('agent:support')).toMatchObject({
      outputs: 'done',
      tokens: { inputTokens: 11, outputTokens: 7 },
    })
    expect(traces.diagnostics).toEqual([])
  })

  test('are waited for only so long', async () => {
    const turn = createHarness({ name: 'quick', usageWaitMs: 1 }).turn()
    turn.end({ usageFollows: true })
    await traces.settled()
    expect(traces.get('agent:quick').status.code).toBe('OK')
  })

  const ending = async (how: string): Promise<{ stderr: string; turn: DecodedSpan | undefined }> => {
    await using collector = await startOtlpHttp()
    const { code, stderr } = await runNode(fileURLToPath(new URL('waiting.child.ts', import.meta.url)), {
      args: [how],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
    })
    expect(code).toBe(0)
    return { stderr, turn: collector.spans().find(({ name }) => name === 'agent:waiting') }
  }

  test('that never come lose no turn at the end of the process', async () => {
    const { stderr, turn } = await ending('loop')
    expect(stderr).toBe('')
    expect((turn?.endTimeUnixNano ?? 0n) - (turn?.startTimeUnixNano ?? 0n)).toBe(2_000_000_000n)
  })

  test('that never come lose no turn at process.exit', async () => {
    // The sources have no thread that delivers then: what had ended goes to disk.
    const { stderr } = await ending('exit')
    expect(stderr).toMatch(/^turnspan warn: 1 span was not delivered .* Nothing is lost/)
    expect(stderr).not.toContain('TS_SPANS_OPEN')
  })

  test('of a sub-agent are in the sum of the agent above, which waits no longer', () => {
    const turn = begin()
    const sub = turn.subAgent({ agent: 'sub' })
    sub.end({ usageFollows: true })
    turn.end()
    expect(traces.spans.map(({ name }) => name)).toEqual(['agent:support', 'agent:sub'])
  })

  test('of a sub-agent that outlives its tool count for the agent above', () => {
    const turn = begin()
    const tool = turn.tool({ name: 'Task' })
    const sub = tool.subAgent({ agent: 'sub', background: true })
    tool.end()
    sub.modelCall({ model: 'm' }).end({ usage })
    sub.end()
    turn.end()
    expect(traces.get('agent:sub').tokens).toMatchObject(usage)
    expect(traces.get('agent:support').tokens).toMatchObject(usage)
  })

  test('after the end are said', () => {
    const turn = begin()
    turn.end()
    turn.usage(usage, { model: 'm' })
    expect(parentOf('usage')).toBe('agent:support')
    expect(traces.diagnostics).toMatchObject([{ code: 'TS_USAGE_LATE' }])
  })
})

describe('a turn that is suspended', () => {
  test('goes on below its first part, with its user and session', () => {
    const turn = harness.turn({ agent: 'support', responseId: `resp_${HEX}`, sessionId: 's', user: 'u' })
    turn.modelCall({ model: 'm' }).end({ usage })
    const state = JSON.parse(JSON.stringify(turn.suspend({ output: 'waits for approval' })))
    expect(JSON.stringify(state)).not.toContain('approval')
    expect(traces.get('agent:support')).toMatchObject({ attributes: { 'turnspan.turn.suspended': true } })
    // What is known of it here; to MLflow it is no sum (test/e2e).
    expect(traces.get('agent:support')).toMatchObject({ tokens: usage })
    traces.clear()
    const rest = harness.resume(state)
    expect(rest).toMatchObject({ agent: 'support', responseId: `resp_${HEX}` })
    rest.tool({ name: 'pay' }).end()
    rest.end()
    expect(traces.get('agent:support')).toMatchObject({ traceId: HEX, parentSpanId: turn.span.spanId })
    expect(traces.get('tool:pay')).toMatchObject({ traceId: HEX })
  })
})

describe('where nothing is traced', () => {
  test('everything does nothing', () => {
    traces.stop()
    const turn = begin()
    const tool = turn.tool({ name: 't', callId: 'c' })
    expect(tool.run(() => 7)).toBe(7)
    expect(turn.capturesContent).toBe(false)
    expect(turn.span.isRecording()).toBe(false)
    tool.end()
    turn.modelCall({ model: 'm' }).end({ usage })
    turn.policy({ name: 'p' }).decide('allow')
    turn.subAgent({ agent: 'a' }).end({ usageFollows: true })
    turn.usage(usage)
    expect(turn.suspend()).toMatchObject({ version: 1, headers: {} })
    expect(harness.resume({ version: 1, agent: 'a', headers: {} }).isOpen).toBe(true)
    expect(turn.isOpen).toBe(false)
  })
})
