import { sayArgument } from '../../../config/arguments.ts'
import { checkKeys } from '../../../config/known-keys.ts'
import * as keys from '../../../span/semconv/keys.ts'
import { SpanType } from '../../../span/semconv/span-type.ts'
import { openSpan, textOr } from '../../../tracing/open-span.ts'
import { dataOf } from '../own-data.ts'
import { sayClosed, sayFailure } from './endings.ts'
import { adopt, asWork, endFrame, type FramePlace, openFrame } from './frame.ts'
import { KNOWN } from './known.ts'
import type { Handoff, HarnessPolicy, PolicyDecision, PolicyStart } from './types.ts'

// Omnigent's own words for what its policies say.
const POLICY_NAME = 'policy.name'
const POLICY_PHASE = 'policy.phase'
const POLICY_ACTION = 'policy.action'
const POLICY_REASON = 'policy.reason'

const DECISIONS: ReadonlySet<unknown> = new Set(['allow', 'deny', 'ask'] satisfies PolicyDecision[])

/** A policy is asked. */
export function beginPolicy(place: FramePlace, start: PolicyStart): HarnessPolicy {
  checkKeys(KNOWN.policy, start)
  const name = textOr(start.name, 'unnamed')
  const frame = openFrame(place, (pipeline, context) => {
    const live = openSpan(pipeline, context, {
      name: `policy:${name}`,
      spanType: SpanType.GUARDRAIL,
      startTime: start.startTime,
      attributes: { [POLICY_NAME]: name, [POLICY_PHASE]: start.phase, ...start.attributes },
    })
    if (start.input !== undefined && live.wantsContent) live.setInputs(dataOf(start.input))
    return live
  })
  const policy: HarnessPolicy = asWork(frame, {
    ...place.settings.nest(frame),
    decide(decision: PolicyDecision, reason?: string) {
      if (!DECISIONS.has(decision))
        sayArgument('policy.decide()', '"allow", "deny" or "ask"', decision, NOT_SAID)
      endFrame(frame, undefined, (live) => {
        if (DECISIONS.has(decision)) live.setAttribute(POLICY_ACTION, decision)
        if (reason !== undefined) live.setAttribute(POLICY_REASON, reason)
        if (live.wantsContent) live.setOutputs({ decision, ...(reason !== undefined && { reason }) })
        if (decision !== 'deny') return
        live.setAttribute(keys.ERROR_TYPE, 'policy_denied')
        live.setStatus('ERROR', reason)
      })
    },
    fail: (error: unknown) => void endFrame(frame, undefined, (live) => sayFailure(live, error)),
  })
  adopt(frame, {
    background: start.background === true,
    close: (how, reason, endTime) =>
      void endFrame(frame, { endTime }, (live) => sayClosed(live, how, reason), how, reason),
  })
  if (start.decision !== undefined) policy.decide(start.decision, start.reason)
  return policy
}

const NOT_SAID = 'the check ends without a decision'

/** One agent gives the turn to another. */
export function sayHandoff(place: FramePlace, handoff: Handoff): void {
  checkKeys(KNOWN.handoff, handoff)
  const { to, from = place.agent, reason, input, attributes, startTime, endTime } = handoff
  const frame = openFrame(place, (pipeline, context) => {
    const live = openSpan(pipeline, context, {
      name: `handoff:${textOr(to, 'unnamed')}`,
      spanType: SpanType.TASK,
      startTime: startTime ?? endTime,
      attributes: { 'turnspan.handoff.from': from, 'turnspan.handoff.to': to, ...attributes },
    })
    if (live.wantsContent && (input !== undefined || reason !== undefined))
      live.setInputs(
        dataOf({ ...(input !== undefined && { input }), ...(reason !== undefined && { reason }) }),
      )
    return live
  })
  endFrame(frame, { endTime })
}
