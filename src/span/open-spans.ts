import type { CountedUsage } from './token-usage.ts'

/** A model that was used, and others. Nearly always it is one, for which a map costs more than the span. */
export interface UsedModel {
  /** `''` where a span named none. */
  readonly model: string
  provider: string | undefined
  readonly next: UsedModel | undefined
}

/** What descendants contribute to an open span. */
export interface OpenSpan {
  readonly spanId: string
  /** Made by another library: whether it is kept is known only when it ends. */
  readonly external: boolean
  readonly parent: OpenSpan | undefined
  /** Sum of the usage of the descendants that ended; a descendant with usage of its own stands for its subtree. */
  usageBelow: CountedUsage | undefined
  /** Models that the usage below came from, each once. */
  modelsBelow: UsedModel | undefined
  /** Work below it goes on in another process: what is known here of its tokens is a part. */
  isPart?: true
}

/** Beyond this they are found by a hash. */
const MAX_FEW = 8

/** The open spans of one trace, by ID. Most traces have a few of them at a time, for which a map costs more than the spans. */
export class OpenSpans {
  #few: OpenSpan[] | undefined
  #many: Map<string, OpenSpan> | undefined

  get size(): number {
    return this.#many?.size ?? this.#few?.length ?? 0
  }

  get(spanId: string): OpenSpan | undefined {
    if (this.#many !== undefined) return this.#many.get(spanId)
    const at = this.#indexOf(spanId)
    return at < 0 ? undefined : this.#few?.[at]
  }

  has(spanId: string): boolean {
    return this.get(spanId) !== undefined
  }

  /** Adds `span`, which takes the place of one with the same ID. */
  add(span: OpenSpan): void {
    if (this.#many !== undefined) {
      this.#many.set(span.spanId, span)
      return
    }
    this.delete(span.spanId)
    if (this.#few === undefined) {
      // As long as it is, where the first `push` would make room for many: most traces of some programs have one span.
      this.#few = [span]
      return
    }
    this.#few.push(span)
    if (this.#few.length <= MAX_FEW) return
    this.#many = new Map(this.#few.map((each) => [each.spanId, each]))
    this.#few = undefined
  }

  delete(spanId: string): void {
    if (this.#many !== undefined) {
      this.#many.delete(spanId)
      return
    }
    const at = this.#indexOf(spanId)
    if (at < 0) return
    // In their order, for who lists them.
    if (this.size === 1) this.#few = undefined
    else if (at === this.size - 1) this.#few?.pop()
    else this.#few?.splice(at, 1)
  }

  values(): readonly OpenSpan[] {
    return [...(this.#many?.values() ?? this.#few ?? [])]
  }

  /** What began last ends first. */
  #indexOf(spanId: string): number {
    const few = this.#few
    if (few !== undefined) {
      for (let i = few.length - 1; i >= 0; i -= 1) if (few[i]?.spanId === spanId) return i
    }
    return -1
  }
}
