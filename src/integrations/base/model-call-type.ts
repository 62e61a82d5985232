import type { Context } from '@opentelemetry/api'
import type { SpanType } from '../../span/semconv/span-type.ts'
import type { Span } from '../../span/span.ts'
import type { AccumulatorOptions, Answer } from './accumulator.ts'

/** How a call ended that neither finished nor failed. */
export type Stop =
  /** The program left the stream early: `break`, `return()`, `cancel()`. */
  | 'stopped'
  /** The program aborted it. */
  | 'aborted'
  /** Nobody held the promise or the stream any more. */
  | 'abandoned'
  /** Nothing happened for the idle limit. */
  | 'idle'
  /** Only the raw response was asked for; what the program does with its body is not seen. */
  | 'raw'

/** What is sent and recorded, in a form that can be read without running code of the program. */
export interface CallContent {
  /** As {@link ModelCallInit.inputs}. */
  readonly inputs: unknown
  /** As {@link ModelCallInit.tools}. */
  readonly tools?: readonly unknown[] | undefined
}

/** A call as it begins. */
export interface ModelCallInit {
  /** @defaultValue `<operation> <model>` */
  readonly name?: string | undefined
  readonly spanType: SpanType
  /**
   * `gen_ai.operation.name`: `chat`, `embeddings`, `text_completion`, `generate_content`. Without one the call is no
   * model's (a file, a batch): a plain span, that may stand beside others and below which model calls may stand.
   */
  readonly operation?: string | undefined
  /** The model that was asked for. */
  readonly model?: string | undefined
  /** `gen_ai.provider.name`: `openai`, `anthropic`, `groq`, ... */
  readonly provider?: string | undefined
  /** What is sent, as the provider's API has it. Content; read as {@link dataOf} says. */
  readonly inputs?: unknown
  /** `inputs` and `tools` in their place, where making them takes time: asked once, where content is recorded. */
  readonly content?: (() => CallContent) | undefined
  /** How MLflow reads inputs and outputs as a chat (`mlflow.message.format`). */
  readonly messageFormat?: string | undefined
  /** Tools in OpenAI's nested form, which is the one that MLflow shows (`mlflow.chat.tools`). Content. */
  readonly tools?: readonly unknown[] | undefined
  /** Parameters of the request; no content. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  /** The context that it began in, where a framework reports it later. @defaultValue the active one */
  readonly context?: Context | undefined
  /** In milliseconds since 1970. @defaultValue now */
  readonly startTime?: number | undefined
  /** Longest silence of a stream, or of an answer that nobody reads, in milliseconds. @defaultValue 900000 */
  readonly idleMs?: number | undefined
}

/** One attempt that was followed by another. */
export interface Retry {
  /** Number of the attempt that follows: 1 for the first repetition. */
  readonly attempt: number
  /** HTTP status of the attempt that failed. */
  readonly status?: number | undefined
  /** Class of the error with which it failed, where there was no answer. */
  readonly error?: string | undefined
}

/** A call of a model under way. Nothing here throws, and after the end nothing has an effect. */
export interface ModelCall {
  readonly span: Span
  /** The context in which it began, and the same with its span active. */
  readonly outside: Context
  readonly inside: Context
  /** For {@link ActiveSpan}. */
  readonly parentContext: Context
  /** Whether recording content is of any use. */
  readonly wantsContent: boolean
  /** For {@link CreateAccumulator}. */
  readonly accumulating: AccumulatorOptions
  ended(): boolean
  /** Runs `fn` with the call's span active, and returns what it returns. */
  run<T>(fn: () => T): T
  /** Says of the call again what is known by now. */
  describe(init: ModelCallInit): void
  /** Something came: the idle limit starts anew. */
  touch(): void
  /** The first content came. */
  firstToken(): void
  /** Another attempt follows. */
  retry(retry: Retry): void
  /** From now on the call ends by itself, as `idle`, when nothing comes for its idle limit. `answer` is asked then. */
  watchIdle(answer?: () => Answer): void
  /** The answer is there. `endTime`, here and below: in milliseconds since 1970, when that was not now. */
  finish(answer: Answer, endTime?: number): void
  /** The call failed. `answer`: what came before. */
  fail(error: unknown, answer?: Answer, endTime?: number): void
  /** It ended early. */
  stop(how: Stop, answer?: Answer, endTime?: number): void
}
