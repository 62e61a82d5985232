import * as z from 'zod/mini'
import type { Rest } from './rest.ts'

/** Who assessed: a person, a model, or a program. */
export interface AssessmentSource {
  readonly type: 'HUMAN' | 'LLM_JUDGE' | 'CODE'
  /** Name of the person, model or program. */
  readonly id: string
}

/** A judgement on a trace, or on one of its spans. */
export interface Assessment {
  readonly assessmentId: string
  readonly name: string
  readonly kind: 'feedback' | 'expectation'
  readonly value: unknown
  readonly source: { readonly type: string; readonly id: string }
  readonly rationale?: string
  /** 16 hex digits; absent when the whole trace is meant. */
  readonly spanId?: string
  readonly metadata: Readonly<Record<string, string>>
  /** Why there is no value, when the assessment itself failed. */
  readonly error?: { readonly code: string; readonly message?: string }
}

/** What both kinds of assessment take. */
export interface AssessmentInput {
  /** 32 hex digits, `tr-<hex>`, or the response ID `resp_<hex>`. */
  readonly traceId: string
  /** Anything that JSON can hold. */
  readonly value?: unknown
  readonly source?: AssessmentSource | undefined
  /** 16 hex digits. @defaultValue the whole trace */
  readonly spanId?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** How good a trace is: a score, a flag, a comment. */
export interface FeedbackInput extends AssessmentInput {
  /** @defaultValue `feedback` */
  readonly name?: string | undefined
  readonly rationale?: string | undefined
  /** Why the assessment failed; an `Error` gives its class and message. */
  readonly error?: Error | undefined
  /** ID of the assessment that this one replaces. */
  readonly overrides?: string | undefined
}

/** What the correct answer would have been. */
export interface ExpectationInput extends AssessmentInput {
  readonly name: string
}

/** An assessment as the REST API writes it. */
export interface AssessmentRow {
  assessment_id: string
  assessment_name: string
  source?: { source_type?: string | undefined; source_id?: string | undefined } | undefined
  rationale?: string | undefined
  span_id?: string | undefined
  metadata?: Record<string, string> | undefined
  feedback?:
    | {
        value?: unknown
        error?: { error_code?: string | undefined; error_message?: string | undefined } | undefined
      }
    | undefined
  expectation?: { value?: unknown; serialized_value?: { value?: string | undefined } | undefined } | undefined
}

/** Form of an {@link AssessmentRow}. */
export function assessmentRow(): z.ZodMiniType<AssessmentRow> {
  const text = () => z.optional(z.string())
  const error = z.object({ error_code: text(), error_message: text() })
  return z.object({
    assessment_id: z.string(),
    assessment_name: z.string(),
    source: z.optional(z.object({ source_type: text(), source_id: text() })),
    rationale: text(),
    span_id: text(),
    metadata: z.optional(z.record(z.string(), z.string())),
    feedback: z.optional(z.object({ value: z.optional(z.unknown()), error: z.optional(error) })),
    expectation: z.optional(
      z.object({
        value: z.optional(z.unknown()),
        serialized_value: z.optional(z.object({ value: text() })),
      }),
    ),
  })
}

/** Stores feedback on trace `id` (`tr-<hex>`). */
export function createFeedback(rest: Rest, id: string, input: FeedbackInput): Promise<Assessment> {
  const { name = 'feedback', value, error, rationale, overrides } = input
  return createAssessment(rest, id, {
    ...sharedFields(input, { type: 'CODE', id: 'default' }),
    assessment_name: name,
    feedback: {
      ...(value !== undefined && { value }),
      ...(error && {
        error: {
          error_code: error.name,
          error_message: error.message,
          ...(error.stack && { stack_trace: error.stack }),
        },
      }),
    },
    ...(rationale !== undefined && { rationale }),
    ...(overrides !== undefined && { overrides }),
  })
}

/** Stores what trace `id` (`tr-<hex>`) should have given. */
export function createExpectation(rest: Rest, id: string, input: ExpectationInput): Promise<Assessment> {
  const { name, value } = input
  const isPlain = typeof value !== 'object' || value === null
  // As a plain value a nested integer would come back as a float.
  const expectation = isPlain
    ? { value }
    : { serialized_value: { serialization_format: 'JSON_FORMAT', value: JSON.stringify(value) } }
  const shared = sharedFields(input, { type: 'HUMAN', id: 'default' })
  return createAssessment(rest, id, { ...shared, assessment_name: name, expectation })
}

/** An assessment of the REST API in turnspan's form. */
export function toAssessment(row: AssessmentRow): Assessment {
  const error = row.feedback?.error
  return {
    assessmentId: row.assessment_id,
    name: row.assessment_name,
    kind: row.expectation ? 'expectation' : 'feedback',
    value: row.expectation ? expectedValue(row.expectation) : row.feedback?.value,
    source: { type: row.source?.source_type ?? 'SOURCE_TYPE_UNSPECIFIED', id: row.source?.source_id ?? '' },
    ...(row.rationale !== undefined && { rationale: row.rationale }),
    ...(row.span_id && { spanId: row.span_id }),
    metadata: row.metadata ?? {},
    ...(error && {
      error: {
        code: error.error_code ?? '',
        ...(error.error_message !== undefined && { message: error.error_message }),
      },
    }),
  }
}

function expectedValue(expectation: NonNullable<AssessmentRow['expectation']>): unknown {
  const text = expectation.serialized_value?.value
  if (text === undefined) return expectation.value
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function sharedFields(input: AssessmentInput, fallback: AssessmentSource): Record<string, unknown> {
  const { type, id } = input.source ?? fallback
  return {
    source: { source_type: type, source_id: id },
    ...(input.spanId !== undefined && { span_id: input.spanId }),
    ...(input.metadata && { metadata: input.metadata }),
  }
}

async function createAssessment(rest: Rest, id: string, assessment: object): Promise<Assessment> {
  const answer = () => z.object({ assessment: assessmentRow() })
  const path = `/api/3.0/mlflow/traces/${encodeURIComponent(id)}/assessments`
  // Twice sent is twice stored.
  const made = await rest.call('POST', path, { body: { assessment }, answer, repeat: 'never' })
  return toAssessment(made.assessment)
}
