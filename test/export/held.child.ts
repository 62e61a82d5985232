import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { init, onDiagnostic, stats } from '../../src/index.ts'
import { SHAPES, type ShapeName } from './held-shapes.ts'

/**
 * Fills the queue of a receiver that is down, to its bound and beyond, with traces of one shape, and says what that
 * takes of memory: `held.child.ts <shape> <maxQueueBytes>`, under `--expose-gc`.
 */
const [shape, most] = process.argv.slice(2)
const maxQueueBytes = Number(most)
const collect = (globalThis as { gc?: () => void }).gc as () => void

const inUse = (): number => {
  for (let i = 0; i < 3; i += 1) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const said = new Map<string, number>()
onDiagnostic(({ code }) => said.set(code, (said.get(code) ?? 0) + 1))
init({
  endpoint: 'http://127.0.0.1:9',
  protocol: 'http/protobuf',
  captureContent: true,
  watchdog: false,
  exitTimeoutMs: 0,
  maxQueueBytes,
})
const work = SHAPES[shape as ShapeName]
for (let i = 0; i < 5; i += 1) await work(i)
// What sends is loaded by then, and has its buffers.
while (!said.has('TS_EXPORT_FAILED')) await turn()
const before = inUse()
const dropped = (): number => stats().dropped.queue_full ?? 0
for (let i = 0; dropped() === 0 || stats().queued > dropped(); i += 1) {
  await work(i)
  if (i % 100 === 0) await turn()
}
// A request that is being tried just now has its body beside the queue: what is held all the time is the least of several looks.
const looks: number[] = []
for (let i = 0; i < 5; i += 1) {
  looks.push(inUse())
  await pause(50)
}
const held = Math.min(...looks) - before
console.log(JSON.stringify({ held, said: Object.fromEntries(said), ...stats() }))
process.exit(0)
