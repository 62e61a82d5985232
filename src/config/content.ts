import type { Config, ContentKeys } from './config.ts'
import { type Limits, MAX_DEPTH, type Redact } from './limits.ts'
import { problemWith, type Reader, type SourceName } from './reader.ts'
import * as rules from './rules.ts'
import { nearest, preview } from './text.ts'

/** The part of the configuration that says what is recorded. */
export type ContentConfig = Pick<
  Config,
  'captureContent' | 'redact' | 'limits' | 'contentKeys' | 'legacySemconv'
>

const CAPTURE = [
  'captureContent',
  'TURNSPAN_CAPTURE_CONTENT',
  'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
  'OMNIGENT_OTEL_CAPTURE_CONTENT',
] as const

const MIN_BYTES = 64
// A span of this size fits, with its envelope, into the 4 MiB that a gRPC receiver takes by default.
const DEFAULTS: Limits = { maxValueBytes: 1_048_576, maxSpanBytes: 3_145_728, maxDepth: MAX_DEPTH }

const LIMITS: Readonly<Record<keyof Limits, { rule: rules.Rule<number>; accepts: string }>> = {
  maxValueBytes: {
    rule: rules.integer(MIN_BYTES, 2 ** 30),
    accepts: `a whole number of bytes, ${MIN_BYTES} or more`,
  },
  maxSpanBytes: {
    rule: rules.integer(MIN_BYTES, 2 ** 30),
    accepts: `a whole number of bytes, ${MIN_BYTES} or more`,
  },
  maxDepth: { rule: rules.integer(1, MAX_DEPTH), accepts: `a whole number from 1 to ${MAX_DEPTH}` },
}

const contentKeys: rules.Rule<ContentKeys> = rules.oneOf('mlflow', 'gen_ai', 'both')

/** What is recorded, how much of it, and under which names. */
export function resolveContent(reader: Reader): ContentConfig {
  const redact = reader.find(
    rules.callback,
    ['redact'],
    'no content is recorded, because it could not be redacted',
  )
  const unredacted = redact === undefined && reader.raw('redact') !== undefined
  const keys = reader.find(contentKeys, ['contentKeys'], 'the vocabulary of the target is used instead')
  return {
    captureContent: resolveCapture(reader) && !unredacted,
    ...(redact && { redact: redact.value as Redact }),
    limits: resolveLimits(reader),
    ...(keys && { contentKeys: keys.value }),
    legacySemconv: reader.choose(rules.flag, ['legacySemconv', 'TURNSPAN_LEGACY_SEMCONV'], false),
  }
}

/** The first source that is set decides; what cannot be understood means no, since content may be private. */
function resolveCapture(reader: Reader): boolean {
  const name = CAPTURE.find((candidate) => reader.raw(candidate) !== undefined)
  if (name === undefined) return false
  const value = reader.raw(name)
  const read = rules.readFlag(value) ?? captureWord(name, value)
  if (read === undefined) reader.problem(name, problemWith(name, value, 'no content is recorded'))
  return read ?? false
}

/** The words of OpenTelemetry's own variable, where content can go to spans, to events, to both or nowhere. */
function captureWord(name: SourceName, value: unknown): boolean | undefined {
  const word = typeof value === 'string' ? value.trim().toUpperCase() : ''
  if (word === 'EVENT_ONLY' || word === 'NO_CONTENT') return false
  const wanted = word === 'SPAN_ONLY' || word === 'SPAN_AND_EVENT'
  return wanted && name === 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT' ? true : undefined
}

function resolveLimits(reader: Reader): Limits {
  const given = reader.raw('limits')
  if (given === undefined) return DEFAULTS
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    reader.problem('limits', problemWith('limits', given, 'the default limits are used instead'))
    return DEFAULTS
  }
  const limits = { ...DEFAULTS }
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (Object.hasOwn(LIMITS, key)) limits[key as keyof Limits] = limit(reader, key as keyof Limits, value)
    else unknownLimit(reader, key)
  }
  if (limits.maxValueBytes > limits.maxSpanBytes) {
    const message = `Option "limits" has a maxValueBytes above maxSpanBytes; ${limits.maxSpanBytes} is used for both.`
    if (Object.hasOwn(given, 'maxValueBytes')) reader.problem('limits.maxValueBytes', message)
    limits.maxValueBytes = limits.maxSpanBytes
  }
  return limits
}

function limit(reader: Reader, key: keyof Limits, value: unknown): number {
  const result = LIMITS[key].rule(key).safeParse(value)
  if (result.success) return result.data
  const message = `Option "limits.${key}" accepts ${LIMITS[key].accepts}, but is ${preview(value)}; ${DEFAULTS[key]} is used instead.`
  reader.problem(`limits.${key}`, message)
  return DEFAULTS[key]
}

function unknownLimit(reader: Reader, key: string): void {
  const meant = nearest(key, Object.keys(LIMITS))
  const hint = meant ? ` Did you mean "${meant}"?` : ''
  reader.problem(
    `limits.${key.slice(0, 80)}`,
    `Option "limits" has no ${preview(key)}; it is ignored.${hint}`,
  )
}
