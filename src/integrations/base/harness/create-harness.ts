import { expectOptions } from '../../../config/arguments.ts'
import { checkKeys } from '../../../config/known-keys.ts'
import { activeContext } from '../../../context/active-context.ts'
import { continueTrace } from '../../../context/exported-context.ts'
import { textOr } from '../../../tracing/open-span.ts'
import type { Frame, Settings } from './frame.ts'
import { KNOWN } from './known.ts'
import { beginModelCallOf } from './model-call.ts'
import { openTurn } from './open-turns.ts'
import { beginPolicy, sayHandoff } from './policy.ts'
import { beginStepOf, beginTool } from './tool.ts'
import { beginTurn } from './turn.ts'
import type { Harness, HarnessOptions, Nesting, TurnStart } from './types.ts'

/**
 * Lets any agent runtime report what it does: turns, model calls, tools, policies, sub-agents and handoffs. Each report
 * returns an object with which the runtime reports how that work continues and how it ends. The result is the tree that
 * `withAgent` and `withTool` make, `agent:<name>` above `tool:<name>`, in the trace whose ID the response ID gives.
 * These calls never throw, and do nothing when nothing is traced.
 *
 * @param options - `name` of the runtime, and what applies to all of its turns
 * @example
 * const harness = createHarness({ name: 'my-runtime', provider: 'anthropic' })
 * const turn = harness.turn({ agent: 'support', responseId, sessionId, input: question })
 * const tool = turn.tool({ name: 'get_weather', arguments: { city: 'SF' }, callId: 'call_1' })
 * tool.end({ output: 'fog' })
 * turn.end({ output: 'Take a coat.' })
 */
export function createHarness(options: HarnessOptions): Harness {
  expectOptions('createHarness()', options)
  checkKeys(KNOWN.harness, options)
  // Read once: what the runtime changes later does not show.
  const own: HarnessOptions = { ...options, name: textOr(options?.name, 'harness') }
  return {
    name: own.name,
    turn: (start = {}) => beginTurn({ settings: settingsOf(own) }, start),
    resume(state, start = {}) {
      const begun: TurnStart = {
        agent: state?.agent,
        responseId: state?.responseId,
        ...start,
        // It stands below the part of it that ended.
        nest: true,
      }
      // The state is this application's own, unlike the headers of a request.
      return continueTrace(state, () =>
        beginTurn({ settings: settingsOf(own), context: activeContext() }, begun),
      )
    },
    turnOf: (responseId) => openTurn(responseId)?.turn,
  }
}

const settingsOf = (options: HarnessOptions): Settings => ({ options, tools: new Map(), nest })

function nest(above: Frame): Nesting {
  const { settings, agent } = above
  const place = { settings, agent, above }
  return {
    tool: (start) => beginTool(place, start),
    modelCall: (start) => beginModelCallOf(place, start),
    policy: (start) => beginPolicy(place, start),
    subAgent: (start) => beginTurn({ settings, above }, start),
    handoff: (handoff) => sayHandoff(place, handoff),
    step: (start) => beginStepOf(place, start),
  }
}
