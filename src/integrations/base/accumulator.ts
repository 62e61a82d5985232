import type { Limits } from '../../config/limits.ts'
import type { ModelUsage } from './usage.ts'

/** What a model answered, in the words of the span. All of it is optional: a call that broke off has little. */
export interface Answer {
  /**
   * The answer as the provider's own API gives it when it is not streamed: MLflow shows it as a chat by the call's
   * `messageFormat`, and `src/span/semconv/messages.ts` makes the conventions' parts form of it. Content.
   */
  readonly outputs?: unknown
  readonly usage?: ModelUsage | undefined
  /** The model that answered. */
  readonly model?: string | undefined
  readonly responseId?: string | undefined
  readonly finishReasons?: readonly string[] | undefined
  /** Further attributes; no content. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  /** The provider's own word that it failed, inside an answer that came through. */
  readonly error?: { readonly type: string; readonly message?: string | undefined } | undefined
}

/** What an accumulator may keep. */
export interface AccumulatorOptions {
  /** Whether content is recorded at all; usage, model and finish reason are kept in any case. */
  readonly content: boolean
  readonly limits: Limits
}

/**
 * Folds the chunks of one stream to the {@link Answer} that the same call would have brought without streaming. There
 * is one for each wire format. It must not keep the chunks themselves, must not change them, and may be asked for
 * its answer at any moment: a stream that breaks off has a partial one.
 */
export interface StreamAccumulator {
  /** Takes the next chunk, as the client library hands it to the program. */
  add(chunk: unknown): void
  /** Whether the chunk brings the first content, for the time to the first token. @defaultValue any chunk does */
  isFirst?(chunk: unknown): boolean
  answer(): Answer
  /** The answer of a stream that was read to its end, where that differs. @defaultValue {@link answer} */
  complete?(): Answer
}

/** Makes an accumulator for one stream. */
export type CreateAccumulator = (options: AccumulatorOptions) => StreamAccumulator

/** Text that grows by pieces, cut where it would no longer be recorded. */
export interface GrowingText {
  add(piece: unknown): void
  /** `undefined` when no piece came. */
  value(): string | undefined
}

/** A {@link GrowingText} of at most `most` characters. */
export function growingText(most: number): GrowingText {
  let whole: string | undefined
  return {
    add(piece) {
      if (typeof piece !== 'string') return
      whole ??= ''
      // One more than may be recorded, so that the limits of the core see that it is too long and mark the cut.
      if (whole.length <= most) whole += piece.slice(0, most + 1 - whole.length)
    },
    value: () => whole,
  }
}
