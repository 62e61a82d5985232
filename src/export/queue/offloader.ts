import { monotonicMs } from '../../runtime/clock.ts'
import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { ExportResult } from '../statistics/export-result.ts'
import type { Waiting } from './waiting.ts'

/** Another thread that sends while this one is too busy to. */
export interface HelperThread {
  /** @param answered - called when the answer is heard, by {@link HelperThread.listen} or by the event loop */
  send(spans: readonly EndedSpan[], answered: (answer: ExportResult) => void): void
  /** Hears what has come back so far, without an event loop. */
  listen(): void
  close(): void
}

export interface OffloaderOptions {
  /** Starts the thread; `undefined` where there can be none. */
  readonly start: () => HelperThread | undefined
  /** The next batch of what waits; empty when there is none that another thread can send. */
  readonly take: () => readonly Waiting[]
  /** What became of a batch that was taken. */
  readonly answered: (batch: readonly Waiting[], answer: ExportResult) => void
}

/** Sends what waits by another thread while code of the application holds the event loop. */
export interface Offloader {
  /** Much is waiting, and more comes. Called for each span then. */
  relieve(): void
  /** What the other thread has. */
  offloaded(): readonly Waiting[]
  /** Resolves when the other thread has nothing. */
  idle(): Promise<void>
  close(): void
}

/** So long must the event loop not have turned before another thread is worth its start, ms. */
const STUCK_MS = 25
/** One is sent, one is on its way over, one is ready. */
const MAX_OFFLOADED = 3
/** How long nothing more is tried after a batch was not taken, ms. */
const PAUSE_MS = 1000
/** What an idle thread takes is given back after this, ms. */
const IDLE_MS = 10_000

export function createOffloader({ start, take, answered }: OffloaderOptions): Offloader {
  let helper: HelperThread | undefined
  let impossible = false
  let pausedUntilMs = 0
  /** When the event loop was last asked to turn; `undefined` once it has. */
  let askedMs: number | undefined
  let stopTimer: Timer | undefined
  const offloaded = new Set<readonly Waiting[]>()
  let whenIdle: (() => void)[] = []

  const isStuck = (): boolean => {
    const now = monotonicMs()
    if (askedMs === undefined) {
      askedMs = now
      realTime.soon(() => {
        askedMs = undefined
      })
    }
    return now - askedMs > STUCK_MS && now >= pausedUntilMs
  }

  const stop = (): void => {
    helper?.close()
    helper = undefined
  }

  const settled = (batch: readonly Waiting[], answer: ExportResult): void => {
    if (!offloaded.delete(batch)) return
    if (answer.kind !== 'accepted') pausedUntilMs = monotonicMs() + PAUSE_MS
    answered(batch, answer)
    if (offloaded.size > 0) return
    for (const resolve of whenIdle) resolve()
    whenIdle = []
    stopTimer ??= withoutHold(
      realTime.start(() => {
        stopTimer = undefined
        if (offloaded.size === 0) stop()
      }, IDLE_MS),
    )
  }

  const offload = (thread: HelperThread): void => {
    while (offloaded.size < MAX_OFFLOADED) {
      const batch = take()
      if (batch.length === 0) return
      offloaded.add(batch)
      thread.send(
        batch.flatMap(({ span }) => span ?? []),
        (answer) => settled(batch, answer),
      )
    }
  }

  return {
    relieve() {
      if (impossible || !isStuck()) return
      helper ??= start()
      if (helper === undefined) {
        impossible = true
        return
      }
      const before = offloaded.size
      offload(helper)
      if (before === 0 || offloaded.size > before) return
      // Nothing more can be offloaded: there are enough on their way, or the rest of what memory holds is no batch.
      helper.listen()
      offload(helper)
    },
    offloaded: () => [...offloaded].flat(),
    idle: () =>
      offloaded.size === 0 ? Promise.resolve() : new Promise((resolve) => void whenIdle.push(resolve)),
    close() {
      realTime.stop(stopTimer)
      offloaded.clear()
      for (const resolve of whenIdle) resolve()
      stop()
    },
  }
}
