import { msOfHrTime } from '../runtime/clock.ts'
import type { Attributes } from '../span/attributes.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { StatusCode } from '../span/ended-span.ts'
import * as keys from '../span/semconv/keys.ts'
import { type SpanType, spanTypeOfAttributes } from '../span/semconv/span-type.ts'
import { plainOf } from '../span/snapshot/plain.ts'
import { type CountedUsage, usageOfAttributes } from '../span/token-usage.ts'

/** An event of a {@link CapturedSpan}. */
export interface CapturedEvent {
  readonly name: string
  /** Epoch milliseconds, with a fraction. */
  readonly time: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A span that a {@link CapturedSpan} is linked to. */
export interface CapturedLink {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A finished span as plain data. What does not apply to it is absent. */
export interface CapturedSpan {
  readonly name: string
  /** Kind of work: `AGENT`, `TOOL`, `CHAT_MODEL`, ... */
  readonly type: SpanType
  /** Name of the agent, for a span of `withAgent`: `support` for `agent:support`. */
  readonly agentName?: string
  /** Name of the tool, for a span of `withTool`: `search` for `tool:search`. */
  readonly toolName?: string
  readonly inputs?: unknown
  readonly outputs?: unknown
  /** Attributes that were set; objects that were recorded as JSON text are objects again. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: 'UNSET' | 'OK' | 'ERROR'; readonly message?: string }
  /** What was thrown, where the work failed or an exception was recorded. */
  readonly error?: { readonly type: string; readonly message?: string; readonly stack?: string }
  /** Tokens of the model call; on an agent the sum of the calls below it. */
  readonly tokens?: CountedUsage
  readonly model?: string
  readonly provider?: string
  /** Epoch milliseconds, with a fraction. */
  readonly startTime: number
  /** Epoch milliseconds, with a fraction. */
  readonly endTime: number
  readonly durationMs: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly events: readonly CapturedEvent[]
  readonly links: readonly CapturedLink[]
}

const CODES = { [StatusCode.UNSET]: 'UNSET', [StatusCode.OK]: 'OK', [StatusCode.ERROR]: 'ERROR' } as const

/** `span` as its tests see it. */
export function capturedSpan(span: EndedSpan): CapturedSpan {
  const startTime = msOfHrTime(span.startTime)
  const endTime = msOfHrTime(span.endTime)
  const { code, message } = span.status
  return {
    name: span.name,
    ...meaningOf(span),
    attributes: parsedWhere(span.attributes, (key) => span.agent?.jsonKeys.has(key) ?? false),
    status: { code: CODES[code], ...(message !== undefined && { message }) },
    ...errorOf(span),
    startTime,
    endTime,
    durationMs: Math.max(0, endTime - startTime),
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      time: msOfHrTime(time),
      attributes: { ...attributes },
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: { ...attributes },
    })),
  }
}

type Meaning = Pick<
  CapturedSpan,
  'type' | 'agentName' | 'toolName' | 'inputs' | 'outputs' | 'tokens' | 'model' | 'provider'
>

/** What the span says in turnspan's own terms, or in those of the vocabularies that other libraries use. */
function meaningOf({ agent, attributes }: EndedSpan): Meaning {
  const first = (...names: string[]): unknown =>
    names.map((name) => attributes[name]).find((value) => value !== undefined)
  const type =
    agent?.spanType ?? textOf(attributes[keys.SPAN_TYPE]) ?? (spanTypeOfAttributes(attributes) as string)
  return defined<Meaning>({
    type,
    agentName: textOf(attributes[keys.AGENT_NAME]),
    toolName: textOf(attributes[keys.TOOL_NAME]),
    inputs: agent
      ? agent.inputs && plainOf(agent.inputs)
      : parsed(first(keys.SPAN_INPUTS, keys.INPUT_MESSAGES, keys.TOOL_CALL_ARGUMENTS, 'input.value')),
    outputs: agent
      ? agent.outputs && plainOf(agent.outputs)
      : parsed(first(keys.SPAN_OUTPUTS, keys.OUTPUT_MESSAGES, keys.TOOL_CALL_RESULT, 'output.value')),
    tokens: agent ? agent.usage : usageOfAttributes(attributes),
    model: agent?.model ?? textOf(first(keys.RESPONSE_MODEL, keys.REQUEST_MODEL)),
    provider: agent?.provider ?? textOf(first(keys.PROVIDER_NAME, keys.SYSTEM)),
  })
}

function errorOf(span: EndedSpan): Pick<CapturedSpan, 'error'> {
  const thrown = span.events.filter((event) => event.name === keys.EXCEPTION_EVENT).at(-1)?.attributes
  if (span.status.code !== StatusCode.ERROR && thrown === undefined) return {}
  const type = textOf(thrown?.[keys.EXCEPTION_TYPE]) ?? textOf(span.attributes[keys.ERROR_TYPE]) ?? 'Error'
  return {
    error: defined<NonNullable<CapturedSpan['error']>>({
      type,
      message: textOf(thrown?.[keys.EXCEPTION_MESSAGE]) ?? span.status.message,
      stack: textOf(thrown?.[keys.EXCEPTION_STACKTRACE]),
    }),
  }
}

function parsedWhere(attributes: Attributes, isJson: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, isJson(key) ? parsed(value) : value]),
  )
}

/** JSON text as the value that it stands for; anything else as it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

type Optional<T> = { [K in keyof T]: T[K] | undefined }

/** `fields` without those that are undefined. */
function defined<T extends object>(fields: Optional<Required<T>>): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
