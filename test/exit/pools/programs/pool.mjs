// node pool.mjs <way of ending> [alone]: four tasks in a pool of two threads. `alone`: the main thread does not trace.
import { Piscina } from 'piscina'
import { flushTraces, init } from 'turnspan'

const [way, alone] = process.argv.slice(2)
if (alone === undefined) init({ captureContent: true })
const pool = new Piscina({
  filename: new URL('./pool-worker.mjs', import.meta.url).href,
  name: 'task',
  minThreads: way === 'idle timeout' ? 0 : 2,
  maxThreads: 2,
  ...(way === 'idle timeout' && { idleTimeout: 5 }),
})
const results = await Promise.all([1, 2, 3, 4].map((n) => pool.run({ n, way })))
console.log(results.join())

const ways = {
  natural: () => {},
  later: () => {},
  flush: () => {},
  destroy: () => pool.destroy(),
  close: () => pool.close(),
  'idle timeout': () => new Promise((resolve) => setTimeout(resolve, 50)),
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('thrown')
  },
  stay: () => {
    setInterval(() => {}, 1000)
    console.log('ready')
  },
  'flush of the main thread': async () => {
    await pool.destroy()
    await flushTraces()
    process.kill(process.pid, 'SIGSTOP')
  },
}
await ways[way]()
