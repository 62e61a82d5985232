// Many large spans in a thread, more than it may hold; how they have fared is printed by the thread.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { init, stats, withSpan } from 'turnspan'

if (isMainThread) {
  init()
  const worker = new Worker(new URL(import.meta.url))
  worker.once('message', (message) => {
    console.log(JSON.stringify(message))
    process.exit(0)
  })
} else {
  init({ maxQueueBytes: 200_000 })
  // The main thread is known to listen once it has answered.
  setTimeout(() => {
    for (let i = 0; i < 100; i += 1)
      withSpan(() => 1, { name: 'large', attributes: { text: 'x'.repeat(10_000) } })
    parentPort.postMessage(stats())
  }, 50)
}
