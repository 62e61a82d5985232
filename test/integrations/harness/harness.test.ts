import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withAgent, withTool } from '../../../src/index.ts'
import { createHarness } from '../../../src/integrations/harness/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  traces = captureTraces()
})
afterEach(() => traces.stop())

const HEX = '0af7651916cd43dd8448eb211c80319c'
const harness = createHarness({ name: 'runtime', provider: 'anthropic' })

describe('a turn', () => {
  test('has the keys of withAgent, and its tool those of withTool', () => {
    const turn = harness.turn({
      agent: 'support',
      model: 'claude-x',
      responseId: `resp_${HEX}`,
      sessionId: 's-1',
      user: 'u-1',
      input: [{ role: 'user', content: 'hi' }],
      attributes: { tier: 'gold' },
    })
    turn.tool({ name: 'get_weather', arguments: { city: 'SF' }, callId: 'call_1' }).end({ output: 'fog' })
    turn.end({ output: 'A coat.' })
    const [agent, tool] = [traces.get('agent:support'), traces.get('tool:get_weather')]
    traces.clear()
    withAgent(
      {
        agent: 'support',
        model: 'claude-x',
        provider: 'anthropic',
        responseId: `resp_${HEX}`,
        sessionId: 's-1',
        user: 'u-1',
        input: [{ role: 'user', content: 'hi' }],
        attributes: { tier: 'gold' },
      },
      () => {
        withTool({ tool: 'get_weather', arguments: { city: 'SF' }, callId: 'call_1' }, () => 'fog')
        return 'A coat.'
      },
    )
    const { attributes, ...rest } = agent
    const { 'turnspan.harness.name': name, ...others } = attributes
    expect(name).toBe('runtime')
    expect(shape({ ...rest, attributes: others })).toEqual(shape(traces.get('agent:support')))
    expect(shape(tool)).toEqual(shape(traces.get('tool:get_weather')))
    expect(traces.last).toMatchObject({ sessionId: 's-1', user: 'u-1', traceId: HEX })
  })
})

const VARYING = [
  'spanId',
  'parentSpanId',
  'startTime',
  'endTime',
  'durationMs',
  'traceId',
  'children',
  'parent',
]
const shape = (span: object): object =>
  Object.fromEntries(Object.entries(span).filter(([key]) => !VARYING.includes(key)))
