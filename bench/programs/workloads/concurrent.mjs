import { nowMs, sleep, totalCpuUs, turnOfLoop } from '../meters.mjs'
import { agentTurn, SPANS } from '../turn.mjs'

/** Many turns at once, waiting in turn for a promise, the event loop and a timer, so that they interleave. */
export async function run(open, { turns }) {
  const contender = await open()
  if (contender.unavailable) return contender
  const [started, cpu] = [nowMs(), totalCpuUs()]
  await Promise.all(
    Array.from({ length: turns }, (_, turn) => agentTurn(contender, turn, (place) => wait(turn + place))),
  )
  const done = nowMs()
  await contender.flush().catch(() => undefined)
  const flushed = nowMs()
  return {
    wallMs: done - started,
    flushMs: flushed - done,
    cpuMs: (totalCpuUs() - cpu) / 1000,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    spans: turns * SPANS,
  }
}

function wait(n) {
  if (n % 3 === 0) return Promise.resolve()
  return n % 3 === 1 ? turnOfLoop() : sleep(n % 7)
}
