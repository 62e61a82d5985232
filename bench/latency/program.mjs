/**
 * One agent that takes turn after turn, with a moment between them. Each turn gives the event loop its chance at every
 * step, so that work in the background that holds it shows in the time of the turn.
 *
 *   node bench/latency/program.mjs <url, or "none"> <turns> <ms between turns>
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { agentTurn } from '../programs/turn.mjs'

const [url, turns, everyMs] = process.argv.slice(2)
const WARM_UP = 200

async function contender() {
  if (url === 'none') return (await import('../programs/contenders/untraced.mjs')).start()
  const { init } = await import('turnspan')
  init({
    endpoint: url,
    protocol: 'http/protobuf',
    captureContent: true,
    serviceName: 'bench',
    exitTimeoutMs: 1,
  })
  return (await import('../programs/turnspan-calls.mjs')).turnspanCalls
}

const subject = await contender()
const eventLoop = () => new Promise((resolve) => setImmediate(resolve))
const times = new Float64Array(Number(turns))
for (let turn = -WARM_UP; turn < times.length; turn += 1) {
  const began = performance.now()
  await agentTurn(subject, turn + WARM_UP, eventLoop)
  if (turn >= 0) times[turn] = performance.now() - began
  await sleep(Number(everyMs))
}
times.sort()
const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
const { sent = 0, queued = 0, rejected = 0, dropped = {} } = subject.stats?.() ?? {}
const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
const rssMb = process.memoryUsage().rss / 2 ** 20
const result = { p50: at(0.5), p99: at(0.99), 'p99.9': at(0.999), rssMb, sent, queued, rejected, lost }
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
