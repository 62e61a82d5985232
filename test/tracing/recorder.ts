import { AsyncLocalStorage } from 'node:async_hooks'
import type { Follower } from '../../src/tracing/follow.ts'

/** The stand-in for a span's context: `inSpan.getStore()` is `span` inside of `run`. */
export const inSpan: AsyncLocalStorage<string> = new AsyncLocalStorage<string>()

/** A follower that writes down what it hears. */
export interface Recorder extends Follower {
  readonly items: unknown[]
  /** `done`, `failed` or `stopped` with what came along. One entry when all is well. */
  readonly ends: [how: string, what: unknown][]
}

export function recorder(name = 'span'): Recorder {
  const items: unknown[] = []
  const ends: [string, unknown][] = []
  return {
    items,
    ends,
    item: (value) => void items.push(value),
    done: (value) => void ends.push(['done', value]),
    failed: (error) => void ends.push(['failed', error]),
    stopped: (reason) => void ends.push(['stopped', reason]),
    run: (fn) => inSpan.run(name, fn),
  }
}
