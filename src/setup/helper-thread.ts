import type { HelperThread } from '../export/queue/offloader.ts'
import type { ExportResult } from '../export/statistics/export-result.ts'
import { messageOf } from '../runtime/errors.ts'
import { realTime } from '../runtime/real-time.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { startWorker } from './exit-thread.ts'
import { conditionsOf, detachedSpan } from './exit-work.ts'
import type { HelperAnswer, HelperBatch, HelperInput } from './exit-worker.ts'

/** What the thread is for. */
export interface HelperParts {
  readonly pipeline: Pipeline
  /** Which of its targets. */
  readonly index: number
  /** A request with `spans`; `undefined` while it is not known how the receiver wants them. */
  readonly encode: (spans: readonly EndedSpan[]) => Uint8Array | undefined
  /** Told what the receiver turned out to be. */
  readonly learned: (receiver: { readonly mlflow: boolean }) => void
}

/**
 * A thread that sends spans while this thread is busy. It is the same program that delivers at the end of a process.
 * `undefined` where there can be none.
 */
export function startHelper({ pipeline, index, encode, learned }: HelperParts): HelperThread | undefined {
  try {
    const { MessageChannel, receiveMessageOnPort } = process.getBuiltinModule('node:worker_threads')
    const { port1: near, port2: far } = new MessageChannel()
    const input: HelperInput = { ...conditionsOf(pipeline), index, port: far }
    const worker = startWorker(input, [far])
    if (worker === undefined) {
      near.close()
      return undefined
    }
    const asked = new Map<number, (answer: ExportResult) => void>()
    const heard = ({ id, answer, mlflow }: HelperAnswer): void => {
      if (mlflow !== undefined) learned({ mlflow })
      const answered = asked.get(id)
      asked.delete(id)
      answered?.(answer)
    }
    const died = (): void => {
      for (const answered of asked.values()) answered({ kind: 'retry', reason: 'the helper thread ended' })
      asked.clear()
    }
    let count = 0
    near.on('message', heard)
    worker.on('error', died)
    worker.on('exit', died)
    near.unref()
    worker.unref()
    return {
      send(spans, answered) {
        count += 1
        asked.set(count, answered)
        try {
          const request = encode(spans)
          const batch: HelperBatch =
            request === undefined ? { id: count, spans: spans.map(detachedSpan) } : { id: count, request }
          near.postMessage(batch, request === undefined ? [] : [request.buffer as ArrayBuffer])
        } catch (thrown) {
          // Which of the spans it is that cannot go over is found out where they are sent in parts.
          asked.delete(count)
          const reason = messageOf(thrown)
          realTime.soon(() => answered({ kind: 'refused', reason, unencodable: true }))
        }
      },
      listen() {
        for (let next = receiveMessageOnPort(near); next !== undefined; next = receiveMessageOnPort(near)) {
          heard(next.message as HelperAnswer)
        }
      },
      close() {
        near.close()
        void worker.terminate()
      },
    }
  } catch {
    // A platform without threads.
    return undefined
  }
}
