import type { Context } from '@opentelemetry/api'
import { nowMs } from '../../runtime/clock.ts'
import { beginModelCall, dataAt, keys, type LiveSpan, type ModelCall, read, text } from '../base/index.ts'
import { answerIn, messagesSent } from './messages.ts'
import { answerOf, callInit, type ToldCall } from './model-facts.ts'
import { generationAround, type Part } from './part-state.ts'

/** Begins a call of a model in a step; what it sends is told later. */
export function beginCall(
  step: Part | undefined,
  context: Context,
  startTime?: number,
): Pick<Part, 'span' | 'inside' | 'call'> | undefined {
  const call = beginModelCall(() => ({
    ...callInit(toldCall(step)),
    context,
    startTime,
  }))
  return call && { span: call.span as LiveSpan, inside: call.inside, call }
}

const toldCall = (step: Part | undefined, inference?: unknown): ToldCall => ({
  generation: generationAround(step)?.told,
  inference,
})

/** Ends a call of which Mastra tells. */
export function endCall({ call, above: step }: Part, told: unknown): void {
  if (call === undefined) return
  describe(call, step, told)
  const first = read(told, 'attributes', 'completionStartTime')
  const waitedMs = first instanceof Date ? first.getTime() - (call.span as LiveSpan).startMs : -1
  // Of later calls Mastra tells the time of the first one.
  if (waitedMs >= 0) call.span.setAttribute(keys.TIME_TO_FIRST_CHUNK, waitedMs / 1000)
  if (call.wantsContent && step !== undefined) step.step.said = answerIn(told)
  call.finish(answerOf(told, step?.failure))
}

/**
 * Adds the call of a model that an older Mastra has no span of: from when nothing else went on in its generation, since
 * the step may begin with the answer, to its first tool.
 */
export function addCall(step: Part, around: Part): void {
  const { told } = step
  if (text(dataAt(read(told, 'attributes'), 'finishReason')) === undefined) return
  around.generation.isAsking = false
  const call = beginCall(step, step.inside, Math.min(around.generation.idleSince, step.span.startMs))?.call
  if (call === undefined) return
  describe(call, step, undefined)
  if (call.wantsContent) step.step.said = answerIn(told)
  call.finish(answerOf(told, step.failure), step.step.toolAt ?? nowMs())
}

function describe(call: ModelCall, step: Part | undefined, inference: unknown): void {
  const generation = generationAround(step)
  const messages = messagesSent(step?.told, generation?.told, generation?.generation.added ?? [])
  call.describe({ ...callInit(toldCall(step, inference)), inputs: messages && { messages } })
}
