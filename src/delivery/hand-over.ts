import type { EndedSpan } from '../span/ended-span.ts'
import type { Fate, Queue, QueueOptions } from './queue.ts'

/** Another thread that delivers to the same target, and goes on when this one is gone. */
export interface HandOver {
  /** Whether it is known to listen. */
  isReady(): boolean
  /** Gives `span` away; a local root, and what came before it, before it returns. @param settled - told how it fared */
  give(span: EndedSpan, settled: (fate: Fate) => void): void
  /** Resolves when all that was given has been sent, or `deadline` (of the monotonic clock, ms) passes. */
  flush(deadline: number): Promise<void>
}

/** `queue`, in whose place `host` takes the spans as soon as it is there. */
export function handedOver(queue: Queue, host: HandOver, options: QueueOptions): Queue {
  const { settled, maxBytes, complaints } = options
  let given = 0
  return {
    ...queue,
    push(span, size, written) {
      if (!host.isReady()) {
        queue.push(span, size, written)
        return
      }
      if (given + size.held > maxBytes) {
        complaints?.full(1, maxBytes)
        settled(span, { dropped: 'queue_full' })
        return
      }
      given += size.held
      host.give(span, (fate) => {
        given -= size.held
        if (given < maxBytes / 2) complaints?.hasRoom()
        settled(span, fate)
      })
    },
    async flush(deadline) {
      await Promise.all([queue.flush(deadline), host.flush(deadline)])
    },
  }
}
