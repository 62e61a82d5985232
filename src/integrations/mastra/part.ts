import type { Context } from '@opentelemetry/api'
import { applyUpdate } from '../../context/trace-update.ts'
import { nowMs } from '../../runtime/clock.ts'
import {
  beginStep,
  dataAt,
  failWith,
  keys,
  type LiveSpan,
  noteFrameworkCall,
  read,
  text,
} from '../base/index.ts'
import { addCall, beginCall, endCall } from './calls.ts'
import { kindOf, plainAttributes } from './kinds.ts'
import { resultOf } from './messages.ts'
import { GENERATION, generationAround, type Part, STEP } from './part-state.ts'

const TOOLS = /tool_call$/
const INFERENCE = 'model_inference'

/** Begins a part below another one, or in a context of the program; `undefined` when nothing is traced. */
export function beginPart(
  type: string,
  told: unknown,
  above: Part | undefined,
  outside: Context,
): Part | undefined {
  const context = above?.inside ?? outside
  const around = generationAround(above)
  // Until then, what another client asked was this call.
  if (type === INFERENCE && around !== undefined) around.generation.isAsking = false
  const begun = type === INFERENCE ? beginCall(above, context) : beginOther(type, told, context)
  if (begun === undefined) return undefined
  const part: Part = {
    ...{ type, above, told, hasBelow: false, failure: undefined },
    ...begun,
    step: { hasInference: false, toolAt: undefined, said: undefined, results: [] },
    generation: { idleSince: begun.span.startMs, isAsking: type === GENERATION, added: [] },
  }
  if (type === GENERATION) watchAsking(part.span, part)
  if (above !== undefined) noteBelow(above, part, around)
  return part
}

function beginOther(
  type: string,
  told: unknown,
  context: Context,
): Pick<Part, 'span' | 'inside' | 'call'> | undefined {
  const step = beginStep(() => ({ ...kindOf(type, told), context }))
  return step && { span: step.span, inside: step.inside, call: undefined }
}

function noteBelow(above: Part, part: Part, around: Part | undefined): void {
  above.hasBelow = true
  const isTool = TOOLS.test(part.type)
  if (part.type === INFERENCE) above.step.hasInference = true
  if (isTool) above.step.toolAt ??= part.span.startMs
  if (around === undefined) return
  if (part.type === STEP) watchAsking(part.span, around)
  if (part.type === STEP || part.type === INFERENCE) around.generation.isAsking = true
  if (isTool) around.generation.isAsking = false
}

/** Mastra asks models by a client of its own, and a program may give it one that turnspan traces. */
function watchAsking(span: LiveSpan, { told, generation }: Part): void {
  const model = text(dataAt(read(told, 'attributes'), 'model'))
  // Contexts of the program may keep this for long, so it has no more than it needs.
  noteFrameworkCall(span, model, () => generation.isAsking)
}

/** Records what Mastra tells of a part that goes on. */
export function notePart(part: Part, told: unknown): void {
  part.told = told
  const { span } = part
  noteTrace(span, told)
  // What a call of a model sends and gets is known at its end.
  if (part.call !== undefined) return
  span.setAttributes(plainAttributes(told))
  const facts = read(told, 'attributes')
  const callId = text(dataAt(facts, 'toolCallId'))
  if (callId !== undefined) span.setAttribute(keys.TOOL_CALL_ID, callId)
  if (!span.wantsContent) return
  const instructions = part.type === 'agent_run' ? text(dataAt(facts, 'instructions')) : undefined
  if (instructions !== undefined) {
    span.setAttribute(keys.SYSTEM_INSTRUCTIONS, [{ type: 'text', content: instructions }])
  }
  const input = read(told, 'input')
  if (input !== undefined) span.setInputs(input)
}

/** Session and user, where the program has not said them itself. */
function noteTrace(span: LiveSpan, told: unknown): void {
  const { trace } = span
  const facts = read(told, 'metadata')
  const sessionId = text(dataAt(facts, 'sessionId')) ?? text(dataAt(facts, 'threadId'))
  const user = text(dataAt(facts, 'userId')) ?? text(dataAt(facts, 'resourceId'))
  if (sessionId !== undefined && trace.sessionId === undefined) {
    span.setAttribute(keys.CONVERSATION_ID, sessionId)
    applyUpdate(trace, { sessionId }, span.host)
  }
  if (user !== undefined && trace.userId === undefined) applyUpdate(trace, { user }, span.host)
}

/** Records what Mastra tells of a part at its end, and ends it, whatever of that can be read. */
export function endPart(part: Part, told: unknown): void {
  try {
    noteEnd(part, told)
  } finally {
    part.span.end()
  }
}

function noteEnd(part: Part, told: unknown): void {
  notePart(part, told)
  const { call, span, type, above } = part
  const around = generationAround(above)
  if (call !== undefined) {
    if (around !== undefined) around.generation.isAsking = false
    endCall(part, told)
    return
  }
  if (TOOLS.test(type) && above?.type === STEP && span.wantsContent) above.step.results.push(resultOf(told))
  const output = read(told, 'output')
  if (output !== undefined && span.wantsContent) span.setOutputs(output)
  if (type === STEP && around !== undefined) endStep(part, around)
  if (type === GENERATION) endGeneration(part)
  noteFailure(part, told)
}

function endGeneration({ generation }: Part): void {
  generation.isAsking = false
  generation.added.length = 0
}

function endStep(step: Part, around: Part): void {
  if (!step.step.hasInference) addCall(step, around)
  around.failure ??= step.failure
  const { said, results } = step.step
  around.generation.added.push(...(said === undefined ? [] : [said]), ...results)
  around.generation.idleSince = nowMs()
  around.generation.isAsking = true
}

function noteFailure({ span, type }: Part, told: unknown): void {
  const facts = read(told, 'attributes')
  const info = read(told, 'errorInfo')
  if (typeof info === 'object' && info !== null) {
    const name = text(read(info, 'name')) ?? text(read(info, 'id')) ?? 'Error'
    failWith(span, { type: name, message: text(read(info, 'message')), cause: { ...info, name } })
  } else if (TOOLS.test(type) && dataAt(facts, 'success') === false) {
    failWith(span, { type: 'tool_error' })
  } else if (dataAt(facts, 'finishReason') === 'error' || dataAt(facts, 'status') === 'failed') {
    span.setStatus('ERROR')
  }
}
