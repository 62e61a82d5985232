import { lateGlobal } from './registry.ts'

/** A timer that was started; what it is differs from platform to platform, and many of them know numbers only. */
export type Timer = ReturnType<typeof setTimeout> | number

type Start = (work: () => void, ms: number) => Timer
type Stop = (timer: Timer | undefined) => void

interface NodeTimers {
  readonly setTimeout?: Start
  readonly clearTimeout?: Stop
  readonly setInterval?: Start
  readonly setImmediate?: (work: () => void) => unknown
}

interface Performance {
  readonly timeOrigin: number
  now(): number
}

// Node's own where there are any: those of jsdom, in the place of the globals, are numbers and end with its window.
const node: NodeTimers =
  typeof process === 'object'
    ? ((process.getBuiltinModule?.('node:timers') as NodeTimers | undefined) ?? {})
    : {}

const startTimeout = real('setTimeout', node.setTimeout ?? (setTimeout as Start))
const stopTimeout = real('clearTimeout', node.clearTimeout ?? (clearTimeout as Stop))
const startInterval = real('setInterval', node.setInterval ?? (setInterval as Start))
const startImmediate = real(
  'setImmediate',
  node.setImmediate ?? (typeof setImmediate === 'function' ? setImmediate : undefined),
)
const epochMs: () => number = real('Date', Date).now
// Node makes it when it is first read, which takes a moment.
const performance = lateGlobal<Performance>('performance')

let readPerformance: Performance | undefined
let readUptime: (() => number) | undefined

const realPerformance = (): Performance => {
  readPerformance ??= real('performance', performance()) ?? { timeOrigin: epochMs(), now: epochMs }
  return readPerformance
}

/**
 * Time as it was when this module was loaded. Tests put others in the place of the global timers and clocks, which
 * stand still; what we do in the background, and whoever waits for it, must not stand still with them.
 *
 * Nothing else in `src` uses the globals; our own tests can put others in the place of these.
 */
export const realTime: {
  /** Calls `work` once, in `ms` milliseconds. */
  start(work: () => void, ms: number): Timer
  /** Calls `work` every `ms` milliseconds. */
  repeat(work: () => void, ms: number): Timer
  /** Calls `work` when the event loop has turned, and does not hold the process for it. */
  soon(work: () => void): void
  /** Calls `work` when the event loop has turned; the process waits for it. */
  turn(work: () => void): void
  /** Stops what `start` or `repeat` began. */
  stop(timer: Timer | undefined): void
  /** Milliseconds since 1970 by the system's clock, which can be set. */
  epochMs(): number
  /** Milliseconds that only go forward. */
  uptimeMs(): number
  /** Milliseconds since 1970 at which {@link uptimeMs} was 0. */
  originMs(): number
} = {
  start: (work, ms) => startTimeout(work, ms),
  repeat: (work, ms) => startInterval(work, ms),
  soon: (work) => void withoutHold(startImmediate?.(work) ?? startTimeout(work, 0)),
  turn: (work) => void (startImmediate?.(work) ?? startTimeout(work, 0)),
  stop: (timer) => {
    if (timer !== undefined) stopTimeout(timer)
  },
  epochMs: () => epochMs(),
  uptimeMs() {
    if (readUptime === undefined) {
      const source = realPerformance()
      readUptime = source.now.bind(source)
    }
    return readUptime()
  },
  originMs: () => realPerformance().timeOrigin,
}

/** `timer`, which no longer keeps the process alive, where timers do so at all. */
export function withoutHold<T>(timer: T): T {
  if (typeof timer === 'object' && timer !== null) (timer as { unref?: () => void }).unref?.()
  return timer
}

/** Resolves in `ms` milliseconds. Keeps the process alive, for somebody waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void realTime.start(resolve, Math.max(0, ms)))
}

/**
 * What the global `name` was before it was replaced, should it be fake already when this is loaded. The library of
 * sinon, of vitest and of jest leaves it on the clock that it marks all its functions with.
 */
function real<T>(name: string, given: T): T {
  const { clock } = (given ?? {}) as { clock?: Readonly<Record<string, unknown>> }
  const original = clock?.[`_${name}`]
  return original === undefined ? given : (original as T)
}
