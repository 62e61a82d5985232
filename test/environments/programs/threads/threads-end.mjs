// threads-end.mjs <natural | exit | terminate>: one span in this thread, one in a worker that ends that way.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { init, withSpan } from 'turnspan'

init()
if (isMainThread) {
  withSpan(() => 1, { name: 'main' })
  const worker = new Worker(new URL(import.meta.url), { workerData: process.argv[2] })
  worker.on('exit', () => console.log('ended'))
  worker.once('message', () => worker.terminate())
} else {
  if (workerData === 'terminate') parentPort.on('message', () => {})
  withSpan(() => 1, { name: 'worker' })
  if (workerData === 'exit') process.exit(3)
  if (workerData === 'terminate') parentPort.postMessage('ready')
}
