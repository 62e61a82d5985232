import { applyUpdate } from '../../context/trace-update.ts'
import { failWith, keys, type LiveSpan } from '../base/index.ts'
import { isFailure, shownParts, type Told } from './messages.ts'

const TASK_ID = 'a2a.task.id'
const CONTEXT_ID = 'a2a.context.id'
const TASK_STATE = 'a2a.task.state'

/** Span kinds of OpenTelemetry: who asks, and who answers. */
export const SERVER = 1
export const CLIENT = 2

/** Says of which task and conversation the span is; the conversation is the session of a trace that has none. */
export function noteTask(span: LiveSpan, { taskId, contextId }: Pick<Told, 'taskId' | 'contextId'>): void {
  span.setAttributes({ [TASK_ID]: taskId, [CONTEXT_ID]: contextId, [keys.CONVERSATION_ID]: contextId })
  if (contextId !== undefined && span.trace.sessionId === undefined)
    applyUpdate(span.trace, { sessionId: contextId }, span.host)
}

/** Records what the agent has said, and whether it has done what it was asked for. */
export function recordTold(span: LiveSpan, told: Told): void {
  noteTask(span, told)
  if (told.state !== undefined) span.setAttribute(TASK_STATE, told.state)
  const shown = span.wantsContent ? shownParts(told.parts) : undefined
  if (shown !== undefined) span.setOutputs(shown)
  if (told.refused !== undefined) failWith(span, told.refused)
  else if (isFailure(told.state)) failWith(span, { type: told.state, message: told.reason })
}
