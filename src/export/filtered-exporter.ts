import { realTime, type Timer, withoutHold } from '../runtime/real-time.ts'
import type { Exporter } from './exporter.ts'
import type { ExporterEvents } from './exporter-events.ts'
import type { KeepFilter } from './keep.ts'

/** Longest that a span waits for an ancestor that does not end. */
const MAX_HELD_MS = 30_000

/**
 * `exporter` behind `filter`, which holds spans back until it is known what stands above them.
 *
 * @param maxBytes - of memory, for what is held back
 */
export function createFilteredExporter(
  exporter: Exporter,
  filter: KeepFilter,
  maxBytes: number,
  events: ExporterEvents,
): Exporter {
  let timer: Timer | undefined

  const release = (): void => {
    realTime.stop(timer)
    timer = undefined
    for (const span of filter.release()) exporter.export(span)
  }

  return {
    ...exporter,
    export(span) {
      for (const ready of filter.take(span)) exporter.export(ready)
      if (filter.held() > maxBytes) release()
      if (filter.waiting() === 0 || timer !== undefined) return
      timer = withoutHold(realTime.start(release, MAX_HELD_MS))
      events.work()
    },
    flush(timeoutMs) {
      release()
      return exporter.flush(timeoutMs)
    },
    shutdown(timeoutMs) {
      release()
      return exporter.shutdown(timeoutMs)
    },
    undelivered() {
      release()
      return exporter.undelivered()
    },
    unsent: () => exporter.unsent() + filter.waiting(),
  }
}
