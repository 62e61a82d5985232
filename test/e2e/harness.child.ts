// Another process goes on with a turn: what a queue gave it stands in its environment.
import { flushTraces, init } from '../../src/index.ts'
import { createHarness, type TurnState } from '../../src/integrations/harness/index.ts'

init({ captureContent: true })
const state = JSON.parse(process.env.STATE ?? '') as TurnState
const harness = createHarness({ name: 'runtime', provider: 'anthropic' })
const turn = harness.resume(state, { input: 'approved' })
turn.tool({ name: 'refund', arguments: { order: 17 } }).end({ output: 'done' })
turn.modelCall({ model: 'claude-x' }).end({ output: 'paid', usage: { inputTokens: 30, outputTokens: 7 } })
turn.end({ output: 'paid' })
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ traceId: turn.span.traceId, report }))
