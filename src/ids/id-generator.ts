import { newSpanId, newTraceId } from './span-ids.ts'

/** The slice of OpenTelemetry's IdGenerator; the same in SDK 1.x, 2.x and 3.x. */
export interface IdGeneratorLike {
  generateTraceId(): string
  generateSpanId(): string
}

/** IDs for the next span of a tracer. */
export interface ForcedIds {
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
}

/**
 * An OpenTelemetry ID generator whose next IDs can be set: inside {@link TurnspanIdGenerator.withIds} every span gets
 * the given ones, and outside of it random ones (or those of `inner`). This is how a root span gets the trace ID of its
 * response ID without a parent.
 */
export class TurnspanIdGenerator implements IdGeneratorLike {
  readonly #inner: IdGeneratorLike
  #forced: ForcedIds | undefined

  /** @param inner - generator of all other IDs; random ones by default */
  constructor(inner: IdGeneratorLike = { generateTraceId: newTraceId, generateSpanId: newSpanId }) {
    this.#inner = inner
  }

  generateTraceId = (): string => this.#forced?.traceId ?? this.#inner.generateTraceId()
  generateSpanId = (): string => this.#forced?.spanId ?? this.#inner.generateSpanId()

  /** Runs `start`, during which spans get `ids`. */
  withIds<T>(ids: ForcedIds, start: () => T): T {
    const before = this.#forced
    this.#forced = ids
    try {
      return start()
    } finally {
      this.#forced = before
    }
  }
}
