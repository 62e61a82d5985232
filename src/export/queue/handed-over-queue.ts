import type { HandOver } from '../targets/hand-over.ts'
import type { Queue } from './queue.ts'
import type { QueueOptions } from './queue-options.ts'

/** `queue`, in whose place `host` takes the spans as soon as it is there. */
export function handedOver(queue: Queue, host: HandOver, options: QueueOptions): Queue {
  const { settled, maxBytes, diagnostics } = options
  let given = 0
  return {
    adopt: () => queue.adopt(),
    wake: () => queue.wake(),
    close: (reason) => queue.close(reason),
    contents: () => queue.contents(),
    settleAll: (outcomeOf) => queue.settleAll(outcomeOf),
    size: () => queue.size(),
    push(span, size, isKept) {
      if (!host.isReady()) {
        queue.push(span, size, isKept)
        return
      }
      if (given + size.held > maxBytes) {
        diagnostics?.full(1, maxBytes)
        settled(span, { dropped: 'queue_full' })
        return
      }
      given += size.held
      host.give(span, (outcome) => {
        given -= size.held
        if (given < maxBytes / 2) diagnostics?.hasRoom()
        settled(span, outcome)
      })
    },
    async flush(deadline) {
      await Promise.all([queue.flush(deadline), host.flush(deadline)])
    },
  }
}
