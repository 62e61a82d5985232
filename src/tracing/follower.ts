import { nowMs } from '../runtime/clock.ts'
import { hasStackRoom, withEmptyStack } from '../runtime/stack-room.ts'

/** Hears what becomes of a returned value. Of `done`, `failed` and `stopped` exactly one is called, once. */
export interface Follower {
  /** One item went by, before the consumer has it. What must outlive the call has to be copied here. */
  item(value: unknown): void
  /** The work ended by itself, with the return value of a generator or the value of a promise. */
  done(value?: unknown): void
  /** The work failed. `error` is the very object that the consumer gets. */
  failed(error: unknown): void
  /**
   * The consumer ended it early: `break`, `return()`, `cancel()`, `destroy()`, or {@link ABANDONED}.
   *
   * @param at - when something was last seen of it, for what is noticed only later, in milliseconds since 1970
   */
  stopped(reason?: unknown, at?: number): void
  /** What came out of it as a whole, where that is known beside the items, which it stands for. Before the end. */
  result?(value: unknown): void
  /** Runs `fn` inside the span's context and returns what it returns. */
  run<T>(fn: () => T): T
}

/** The reason given to `stopped` when nobody consumed the value to its end before it was garbage-collected. */
export const ABANDONED: unique symbol = Symbol('turnspan.abandoned')

/** A follower that cannot hurt: ends once, throws nothing, runs each function exactly once. */
export interface Watch extends Follower {
  /** Whether the end has been told. */
  ended(): boolean
  result(value: unknown): void
  /** {@link Follower.stopped} at the time when something was last seen of it. */
  untouched(reason: unknown): void
  /** Tells `stopped` with {@link ABANDONED} once every object held this way has been garbage-collected. */
  hold(object: object): void
  /** Adds a holder that is never collected: the end is certain to come some other way. */
  keep(): void
  /** Calls `listener` at the end. It must not refer to a held object, or that one is never collected. */
  atEnd(listener: () => void): void
}

interface Core {
  readonly follower: Follower
  readonly listeners: (() => void)[]
  ended: boolean
  holders: number
  held: boolean
  lastMs: number
}

let collected: FinalizationRegistry<Core> | undefined

/** Makes a {@link Watch} of `follower`. */
export function watch(follower: Follower): Watch {
  // The registry holds the core strongly, so nothing in here may refer to the followed value.
  const core: Core = { follower, listeners: [], ended: false, holders: 0, held: false, lastMs: nowMs() }
  return {
    ended: () => core.ended,
    item(value) {
      if (core.ended) return
      core.lastMs = nowMs()
      quietly(() => core.follower.item(value))
    },
    result(value) {
      if (!core.ended) quietly(() => core.follower.result?.(value))
    },
    done(value) {
      end(core, () => core.follower.done(value))
    },
    failed(error) {
      end(core, () => core.follower.failed(error))
    },
    stopped(reason, at) {
      end(core, () => core.follower.stopped(reason, at))
    },
    untouched(reason) {
      end(core, () => core.follower.stopped(reason, core.lastMs))
    },
    run(fn) {
      return core.ended ? fn() : runOnce(core.follower, fn)
    },
    hold(object) {
      if (core.ended) return
      core.holders += 1
      core.held = true
      collected ??= new FinalizationRegistry(release)
      collected.register(object, core, core)
    },
    keep() {
      core.holders += 1
    },
    atEnd(listener) {
      core.listeners.push(listener)
    },
  }
}

function end(core: Core, tell: () => void): void {
  if (core.ended) return
  if (!hasStackRoom()) {
    withEmptyStack(() => end(core, tell))
    return
  }
  core.ended = true
  if (core.held) collected?.unregister(core)
  quietly(tell)
  for (const listener of core.listeners) quietly(listener)
}

function release(core: Core): void {
  core.holders -= 1
  if (core.holders === 0) end(core, () => core.follower.stopped(ABANDONED, core.lastMs))
}

function quietly(fn: () => void): void {
  try {
    fn()
  } catch {
    // A fault of the one who follows must not reach the host.
  }
}

/** The result of `fn` is the host's, whatever `run` itself does or throws around it. */
function runOnce<T>(follower: Follower, fn: () => T): T {
  let outcome: { value: T } | { error: unknown } | undefined
  quietly(() =>
    follower.run(() => {
      try {
        outcome ??= { value: fn() }
      } catch (error) {
        outcome = { error }
      }
    }),
  )
  // Assigned in a callback, which the compiler does not see.
  const settled = outcome as { value: T } | { error: unknown } | undefined
  if (settled === undefined) return fn()
  if ('error' in settled) throw settled.error
  return settled.value
}

/**
 * Watches for the branches of a `tee`: each item is told once, by whichever branch is ahead; the first branch
 * to reach the end ends the whole; stopping does so only when every branch was stopped.
 */
export function split(parent: Watch, count: number): Watch[] {
  let told = 0
  let open = count
  parent.keep()
  return Array.from({ length: count }, () => {
    let seen = 0
    return watch({
      item(value) {
        seen += 1
        if (seen <= told) return
        told = seen
        parent.item(value)
      },
      done: parent.done,
      failed: parent.failed,
      result: parent.result,
      stopped(reason, at) {
        open -= 1
        if (open === 0) parent.stopped(reason, at)
      },
      run: parent.run,
    })
  })
}

/**
 * Watches for two ways to read the same items, of which one may go through the other: each item is told once, by
 * whichever way is ahead. The first end ends the whole.
 */
export function twoWays(parent: Watch): [Watch, Watch] {
  let told = 0
  const way = (): Watch => {
    let seen = 0
    return {
      ...parent,
      item(value) {
        seen += 1
        if (seen <= told) return
        told = seen
        parent.item(value)
      },
    }
  }
  return [way(), way()]
}
