import type { Context } from '@opentelemetry/api'
import type { LiveSpan, ModelCall } from '../base/index.ts'

/** Mastra's types of the spans around a call of a model. */
export const GENERATION = 'model_generation'
export const STEP = 'model_step'

/** A part of Mastra's work that is going on, and the span that is made of it. */
export interface Part {
  readonly type: string
  readonly above: Part | undefined
  readonly span: LiveSpan
  /** The context in which what it calls begins. */
  readonly inside: Context
  /** Where it is a call of a model. */
  readonly call: ModelCall | undefined
  /** What Mastra told of it last. */
  told: unknown
  /** Whether spans may stand below it. */
  hasBelow: boolean
  /** What a model said why it failed. Content. */
  failure: string | undefined
  /** Of a step. */
  readonly step: StepState
  /** Of a generation. */
  readonly generation: GenerationState
}

/** What is known of a step of a generation. */
export interface StepState {
  /** Whether Mastra makes a span of its call of a model. */
  hasInference: boolean
  /** When it called the first tool, in milliseconds since 1970. */
  toolAt: number | undefined
  /** The message that its model answered, and those of its tools. Content. */
  said: object | undefined
  readonly results: object[]
}

/** What is known of a generation: the steps that it takes to come to an answer. */
export interface GenerationState {
  /** When its last step ended, or it began. */
  idleSince: number
  /** Whether its model is asked now. */
  isAsking: boolean
  /** The messages that its steps have added. Content. */
  readonly added: object[]
}

/** The generation in which a part stands; none for what a tool does. */
export function generationAround(part: Part | undefined): Part | undefined {
  if (part?.type === STEP) return generationAround(part.above)
  return part?.type === GENERATION ? part : undefined
}
