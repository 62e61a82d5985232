import { INVALID_SPAN_CONTEXT } from '../runtime/otel-trace.ts'
import type { Span } from './span.ts'

const self = function (this: Span): Span {
  return this
}
const nothing = (): void => {}

/** The span of code that is not traced: takes everything, keeps nothing. */
export const NOOP_SPAN: Span = Object.freeze({
  traceId: INVALID_SPAN_CONTEXT.traceId,
  spanId: INVALID_SPAN_CONTEXT.spanId,
  name: '',
  setInputs: self,
  setOutputs: self,
  setSpanType: self,
  setTokenUsage: self,
  setModel: self,
  setAttribute: self,
  setAttributes: self,
  setStatus: self,
  addEvent: self,
  addLink: self,
  addLinks: self,
  updateName: self,
  recordException: nothing,
  end: nothing,
  isRecording: () => false,
  spanContext: () => INVALID_SPAN_CONTEXT,
  [Symbol.dispose]: nothing,
}) as Span
