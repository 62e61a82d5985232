// A small runtime with two harnesses behind one API: one asks a model itself, the other receives events from a separate
// process. Whichever runs, the trace is the same kind of tree, with the policy checks in it and without credentials.
import { flushTraces, init, newResponseId } from 'turnspan'
import { createRuntime } from './runtime.js'

init({ captureContent: true, serviceName: 'runtime' })

const runtime = createRuntime()
const ask = (harness, input) =>
  runtime.run({ harness, responseId: newResponseId(), sessionId: 's-1', user: 'u-1', input })

console.log(await ask('loop', 'Where is order 17?'))
console.log(await ask('loop', 'Delete order 17.'))
console.log(await ask('events', 'Fix the failing test.'))

// A refund needs a person. The turn is put aside as plain JSON, and goes on whenever, and wherever, the person has answered.
const waiting = await ask('loop', 'Refund order 17.')
console.log(waiting.question)
console.log(await runtime.approve(JSON.parse(JSON.stringify(waiting))))

await flushTraces()
