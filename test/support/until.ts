import { setTimeout as sleep } from 'node:timers/promises'

/** Limits of {@link until}. */
export interface UntilOptions {
  /** Names what is waited for in the error. */
  readonly what: string
  /** @defaultValue 15000 */
  readonly timeoutMs?: number
  /** @defaultValue 50 */
  readonly everyMs?: number
}

/**
 * Asks `probe` again and again until it gives something else than `undefined`. An error thrown by the probe
 * counts as "not yet" and is shown when time is up.
 */
export async function until<T>(
  probe: () => T | undefined | Promise<T | undefined>,
  options: UntilOptions,
): Promise<T> {
  const { what, timeoutMs = 15_000, everyMs = 50 } = options
  const deadline = Date.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value !== undefined) return value
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline) {
      const why = last instanceof Error ? `: ${last.message}` : ''
      throw new Error(`Waited ${timeoutMs} ms for ${what} in vain${why}`, { cause: last })
    }
    await sleep(everyMs)
  }
}
