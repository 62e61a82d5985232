import { afterEach, beforeEach, expect, test } from 'vitest'
import { withSpan } from '../../../src/index.ts'
import { createMastraBridge, type MastraBridge } from '../../../src/integrations/mastra/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'

let traces: CapturedTraces
let bridge: MastraBridge
beforeEach(() => {
  traces = captureTraces({ instrumentations: [] })
  bridge = createMastraBridge()
})
afterEach(() => traces.stop())

/** Begins a span as Mastra does, below that of `parent`. */
function begin(type: string, name: string, parent?: string): string {
  const above = parent === undefined ? undefined : { id: parent, traceId: 'unknown' }
  return bridge.createSpan({ type, name, parent: above })?.spanId ?? ''
}
const end = (id: string, more: object = {}): Promise<void> =>
  bridge.exportTracingEvent({ type: 'span_ended', exportedSpan: { id, ...more } })
const names = (): string[] => traces.spans.map(({ name }) => name)

test('every span ends, whatever of its end can be read', async () => {
  const errorInfo = Object.defineProperty({}, 'details', {
    enumerable: true,
    get() {
      throw new Error('no details')
    },
  })
  const args: Record<string, unknown> = {}
  args.self = args
  const agent = begin('agent_run', "agent run: 'desk'")
  const generation = begin('model_generation', "llm: 'gpt-4o'", agent)
  const step = begin('model_step', 'step: 0', generation)
  const call = begin('model_inference', 'inference: 0', step)
  await end(call, { output: { toolCalls: [{ toolCallId: 'c', toolName: 'look', args }] } })
  for (const id of [step, generation, agent]) await end(id, { errorInfo })
  await traces.settled()
  expect(names().toSorted()).toEqual(['agent:desk', 'chat', 'generation', 'step'])
})

test('what a filter drops is not sent, unless something may stand below it; then without content', async () => {
  const agent = begin('agent_run', "agent run: 'desk'")
  bridge.releaseSpan(begin('tool_call', "tool: 'dropped'", agent))
  const tool = begin('tool_call', "tool: 'look'", agent)
  await bridge.exportTracingEvent({ type: 'span_updated', exportedSpan: { id: tool } })
  bridge.executeInContextSync(tool, () => withSpan(() => 1, { name: 'inside' }))
  bridge.releaseSpan(tool)
  await end(agent)
  await traces.settled()
  expect(names().toSorted()).toEqual(['agent:desk', 'inside', 'look'])
  expect(traces.get('inside').parentSpanId).toBe(tool)
})

test('types that the configuration leaves out have no span, and what is not known is left alone', async () => {
  bridge.init({ config: { excludeSpanTypes: ['tool_call'] } })
  expect(bridge.createSpan({ type: 'tool_call', name: 'x' })).toBeUndefined()
  expect(bridge.createSpan({ type: 'model_chunk', name: 'x' })).toBeUndefined()
  await end('unknown')
  bridge.releaseSpan('unknown')
  expect(bridge.executeInContextSync('unknown', () => 'done')).toBe('done')
  const odd = begin('constructor', 'odd')
  await end(odd)
  await traces.settled()
  expect(traces.get('odd').type).toBe('CHAIN')
})

test('what is open when Mastra shuts down ends', async () => {
  begin('agent_run', "agent run: 'desk'")
  await bridge.shutdown()
  expect(traces.get('agent:desk').attributes['turnspan.call.end']).toBe('stopped')
})
