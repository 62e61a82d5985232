import { type Attributes, NO_ATTRIBUTES } from './attributes.ts'
import { attributeValue, copyAttributes } from './capture/attribute-values.ts'
import type { CaptureOptions } from './capture/capture.ts'
import { captureOptionsFor } from './capture/capture-source.ts'
import { cleanName } from './capture/clean-name.ts'
import { exceptionFacts, plainType } from './exception.ts'
import type { InstrumentationScope } from './instrumentation-scope.ts'
import { countsIn } from './semconv/content-counts.ts'
import { exportedName } from './semconv/exported-name.ts'
import { admittedName, admittedOfOurs, isAdmitted, isAdmittedInEvent } from './semconv/external-content.ts'
import * as keys from './semconv/keys.ts'
import { SpanType } from './semconv/span-type.ts'
import type { SpanHost } from './span-host.ts'

/** What decides on what an open span records, and how. */
export interface RuledSpan {
  readonly host: SpanHost
  /** Another library started it through OpenTelemetry's API. */
  readonly external: boolean
  /** The scope as the library that made the span gave it. */
  readonly givenScope: InstrumentationScope
  /** Not there yet while the span begins. */
  readonly name: string | undefined
  readonly spanType: string
  readonly attributes: Attributes
}

/** How a value is captured that stands under `key` of `span`. */
export function captureOptionsOf({ host, name, spanType }: RuledSpan, key: string): CaptureOptions {
  return captureOptionsFor(host, name ?? '', spanType, key)
}

/** A name as it leaves, for `redact` decides on these too. */
export function exportedText({ host, name: span, spanType }: RuledSpan, name: unknown, key: string): string {
  const { redact } = host
  if (redact === undefined) return cleanName(name)
  return exportedName(name, redact, { span: span ?? '', spanType, key })
}

/** {@link exportedText} for the kind of work; those that everybody has are no secret. */
export function exportedType({ host, name }: RuledSpan, type: string): string {
  const { redact } = host
  if (redact === undefined || Object.hasOwn(SpanType, type)) return type
  return exportedName(type, redact, { span: name ?? '', spanType: type, key: keys.SPAN_TYPE })
}

/**
 * The name of the span, or of an event, as far as it may be kept: with capture off, content of other libraries stays out.
 *
 * @param instead - what stands in the place of a name that may not be kept
 */
export function keptName(span: RuledSpan, name: string, instead: 'span' | 'event'): string {
  if (!span.external || span.host.captureContent || typeof name !== 'string') return name
  const { givenScope, attributes } = span
  return admittedName(givenScope.name, name, instead, attributes === NO_ATTRIBUTES ? undefined : attributes)
}

/** What is kept of an attribute while content is not captured. */
export function keptValue({ external, givenScope }: RuledSpan, key: string, value: unknown): unknown {
  if (!external) return admittedOfOurs(key, value)
  return isAdmitted(givenScope.name, key, value) ? value : countsIn(key, value)
}

/** A copy of the attributes that an event or a link was given. */
export function copiedAttributes(span: RuledSpan, given: object, event?: string): Attributes {
  const { host, external, givenScope } = span
  const admits = (key: string, value: unknown): boolean => {
    if (!external) return admittedOfOurs(key, value) === value
    return event === undefined
      ? isAdmitted(givenScope.name, key, value)
      : isAdmittedInEvent(givenScope.name, event, key, value)
  }
  const options = (key: string): CaptureOptions => captureOptionsOf(span, key)
  return copyAttributes({}, given, host.redact, options, host.captureContent ? undefined : admits)
}

/** Text that is content: absent with capture off, redacted and cut like any captured value. */
export function contentText(span: RuledSpan, text: string | undefined, key: string): string | undefined {
  if (text === undefined || text === '' || !span.host.captureContent) return undefined
  const value = attributeValue(text, captureOptionsOf(span, key))
  return value === undefined ? undefined : String(value)
}

/** The type of what was thrown; with capture off only what can be no content. */
export const exceptionType = ({ host }: RuledSpan, type: string): string =>
  host.captureContent ? type : plainType(type)

/** The attributes of the event that says that `exception` was thrown. */
export function exceptionAttributes(span: RuledSpan, exception: unknown): Attributes {
  const facts = exceptionFacts(exception)
  const type = exportedText(span, exceptionType(span, facts.type), keys.EXCEPTION_TYPE)
  const message = contentText(span, facts.message, keys.EXCEPTION_MESSAGE)
  const stack = span.host.captureContent
    ? contentText(span, facts.stack, keys.EXCEPTION_STACKTRACE)
    : undefined
  return {
    [keys.EXCEPTION_TYPE]: type,
    ...(message !== undefined && { [keys.EXCEPTION_MESSAGE]: message }),
    ...(stack !== undefined && { [keys.EXCEPTION_STACKTRACE]: stack }),
  }
}
