// node by-hand.mjs <way of ending>: a thread that makes a span for each message; its thread of its own does so, too.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { init, withSpan } from 'turnspan'

const [way] = process.argv.slice(2)
const start = (data) => new Worker(new URL(import.meta.url), { workerData: data })

if (isMainThread) {
  init()
  const worker = start({ way })
  worker.once('message', async () => {
    if (way === 'terminate' || way === 'console') console.log('ended with', await worker.terminate())
    if (way === 'unref') worker.unref()
    if (way === 'exit') process.exit(3)
    if (way === 'throw') throw new Error('thrown')
    if (way === 'nested') worker.postMessage('nested')
  })
  worker.postMessage('work')
} else {
  init(
    way === 'large' ? { maxQueueBytes: 100_000 } : workerData.way === 'console' ? { target: 'console' } : {},
  )
  const work = (message) => {
    if (message === 'nested') {
      start({ way: 'inner' }).once('exit', () => process.exit())
      return
    }
    withSpan(() => 1, { name: 'work' })
    parentPort.postMessage('done')
  }
  if (workerData.way === 'inner') withSpan(() => 1, { name: 'inner' })
  else parentPort.on('message', work)
}
