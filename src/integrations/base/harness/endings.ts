import type { LiveSpan } from '../../../span/live-span.ts'
import * as keys from '../../../span/semconv/keys.ts'
import { failWith } from '../failure.ts'
import { text } from '../method.ts'
import { dataAt, dataOf } from '../own-data.ts'
import type { Close } from './frame.ts'
import type { HarnessFailure, WorkEnd } from './types.ts'

/** What every end may say. */
export function sayEnd(live: LiveSpan, end: WorkEnd | undefined): void {
  if (end === undefined) return
  if (end.attributes !== undefined) live.setAttributes(end.attributes)
  if (end.output !== undefined && live.wantsContent) live.setOutputs(dataOf(end.output))
}

/** A failure as a runtime tells of it, where `error` is one. */
export function toldFailure(error: unknown): HarnessFailure | undefined {
  if (error instanceof Error) return undefined
  const type = text(dataAt(error, 'type'))
  return type === undefined ? undefined : { type, message: text(dataAt(error, 'message')) }
}

/** The work failed. */
export function sayFailure(live: LiveSpan, error: unknown): void {
  const told = toldFailure(error)
  if (told === undefined) live.fail(error)
  else failWith(live, told)
}

/** Somebody broke it off. */
export function sayCancelled(live: LiveSpan, reason: string | undefined): void {
  live.setAttribute(keys.ERROR_TYPE, 'cancelled')
  live.setAttribute(keys.CALL_END, 'aborted')
  live.setStatus('ERROR', reason)
}

/** It was open when the work around it ended. */
export function sayClosed(live: LiveSpan, how: Close, reason: string | undefined): void {
  if (how === 'cancelled') sayCancelled(live, reason)
  else live.setAttribute(keys.CALL_END, how)
}
