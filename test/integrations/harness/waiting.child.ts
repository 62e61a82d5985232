// A program that ends while its turn waits for tokens.
import { flushTraces, init } from '../../../src/index.ts'
import { createHarness } from '../../../src/integrations/harness/index.ts'

init()
const harness = createHarness({ name: 'waiting' })
// Something was sent before, as in any program that runs for a while.
harness.turn({ agent: 'first' }).end()
await flushTraces()
const turn = harness.turn({ startTime: 1_700_000_000_000 })
turn.end({ usageFollows: true, endTime: 1_700_000_002_000 })
if (process.argv[2] === 'exit') process.exit()
