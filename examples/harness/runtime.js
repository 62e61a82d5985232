import { createEventHarness } from './event-harness.js'
import { createLoopHarness } from './loop-harness.js'
import { decide } from './policies.js'
import { callTool } from './tools.js'

/** One API over several harnesses. */
export function createRuntime() {
  // A harness gets the name of a credential at most, never the credential: tools fetch it where they send it.
  const harnesses = { loop: createLoopHarness(checked), events: createEventHarness() }
  return {
    run: ({ harness, ...request }) => harnesses[harness].run(request),
    approve: (waiting) => harnesses[waiting.harness].resume(waiting),
  }
}

/** Runs a tool that a model asked for, if the policies let it. */
async function checked(turn, call, approved = false) {
  const check = turn.policy({ name: 'tool-calls', phase: 'tool_call', input: call })
  const { decision, reason } = decide(call, approved)
  check.decide(decision, reason)
  if (decision !== 'allow') return { decision, reason }
  const tool = turn.tool({ name: call.name, arguments: call.arguments, callId: call.id })
  try {
    const output = await tool.run(() => callTool(call))
    tool.end({ output })
    return { decision, output }
  } catch (error) {
    tool.fail(error)
    return { decision, output: 'The tool failed.' }
  }
}
