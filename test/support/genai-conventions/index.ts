import type * as z from 'zod/mini'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { exportedAttributes } from '../../../src/span/semconv/span-attributes.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'
import { endedSpan } from '../../export/ended-span.ts'
import type { AttributeValue, DecodedSpan } from '../decoded-span.ts'
import { functionTool, PARTS, SCHEMAS } from './schemas.ts'

/** The attributes whose form the conventions say. */
export type Structured = keyof typeof SCHEMAS

const KEYS = Object.keys(SCHEMAS) as Structured[]
const MAX_ISSUES = 3
/** What is longer is about something else than its form, and takes its time. */
const MAX_LENGTH = 1_000_000

/**
 * What in `value` is not as the conventions have it. A part or a tool of a type that they know must have the form of that
 * type: their schemas let every type pass as one of somebody's own.
 */
export function objections(key: Structured, value: unknown): string[] {
  const { error } = SCHEMAS[key].safeParse(value)
  const found = error === undefined ? [] : issuesOf(error, key)
  if (found.length > 0 || !Array.isArray(value)) return found
  return value.flatMap((item: unknown, index) => {
    const at = `${key}[${index}]`
    if (key === 'gen_ai.tool.definitions') {
      return read(item, 'type') === 'function' ? said(functionTool.safeParse(item), at) : []
    }
    if (key === 'gen_ai.system_instructions') return partObjections(item, at)
    const parts = read(item, 'parts')
    if (!Array.isArray(parts)) return []
    return parts.flatMap((part, of) => partObjections(part, `${at}.parts[${of}]`))
  })
}

function partObjections(part: unknown, at: string): string[] {
  const type = read(part, 'type')
  const known = typeof type === 'string' && Object.hasOwn(PARTS, type) && PARTS[type as keyof typeof PARTS]
  return known ? said(known.safeParse(part), at) : []
}

/**
 * What in spans of turnspan is not as the conventions have it: in what they say in their words, and in what another receiver
 * than MLflow would get of those that were sent in MLflow's words.
 */
export function unconventional(spans: readonly DecodedSpan[]): string[] {
  return spans.flatMap((span) => {
    const { attributes, name, scope } = span
    if (scope.name === 'turnspan') {
      const own = KEYS.flatMap((key) => (key in attributes ? objectionsTo(key, attributes[key]) : []))
      if (own.length > 0) return own.map((objection) => `${name}: ${objection}`)
    }
    const elsewhere = toldElsewhere(span)
    return KEYS.flatMap((key) => (key in elsewhere ? objectionsTo(key, elsewhere[key]) : [])).map(
      (objection) => `${name}, as another receiver gets it: ${objection}`,
    )
  })
}

function objectionsTo(key: Structured, value: unknown): string[] {
  if (typeof value !== 'string') return [`${key} is no JSON text`]
  if (value.length > MAX_LENGTH) return []
  try {
    return objections(key, JSON.parse(value))
  } catch {
    return [`${key} is no JSON text: ${value.slice(0, 100)}`]
  }
}

/** The same span as it goes to a receiver that is not MLflow. */
function toldElsewhere({ attributes }: DecodedSpan): Readonly<Record<string, unknown>> {
  const spanType = attributes['mlflow.spanType']
  const inputs = contentAt(attributes, 'mlflow.spanInputs')
  const outputs = contentAt(attributes, 'mlflow.spanOutputs')
  const tools = attributes['mlflow.chat.tools']
  if (typeof spanType !== 'string' || (inputs ?? outputs ?? tools) === undefined) return {}
  const span = endedSpan({
    agent: {
      spanType,
      jsonKeys: new Set(),
      ...(inputs !== undefined && { inputs: snapshotOf(inputs) }),
      ...(outputs !== undefined && { outputs: snapshotOf(outputs) }),
    },
    attributes: typeof tools === 'string' ? { 'mlflow.chat.tools': tools } : {},
  })
  return exportedAttributes(span, { contentKeys: 'gen_ai', legacySemconv: false, mlflow: false })
}

const contentAt = (attributes: DecodedSpan['attributes'], key: string): Captured | undefined =>
  key in attributes ? captured(attributes[key] ?? null) : undefined

function captured(value: AttributeValue): Captured {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(captured)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, captured(inside)]))
}

const said = (result: { readonly error?: z.core.$ZodError | undefined }, at: string): string[] =>
  result.error === undefined ? [] : issuesOf(result.error, at)

const issuesOf = (error: z.core.$ZodError, at: string): string[] =>
  error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => `${at} ${path.join('.')}: ${message}`)

const read = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
