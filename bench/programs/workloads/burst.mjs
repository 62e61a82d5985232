import { request } from 'node:http'
import { nowMs, sleep, totalCpuUs, turnOfLoop, watchStalls } from '../meters.mjs'
import { agentTurn, SPANS } from '../turn.mjs'

/**
 * Turns as fast as the program can make them, until all is acknowledged. Without `yields` the producer awaits nothing
 * but resolved promises, so the event loop does not turn once; with it, it turns after each turn.
 */
export async function run(open, { turns, yields, endpoint }) {
  const contender = await open()
  if (contender.unavailable) return contender
  for (let i = 0; i < 20; i += 1) await agentTurn(contender, i)
  await contender.flush()
  await forgetWarmUp(endpoint)
  const loop = watchStalls()
  await sleep(5)
  const [started, cpu] = [nowMs(), totalCpuUs()]
  for (let i = 0; i < turns; i += 1) {
    await agentTurn(contender, i)
    if (yields) await turnOfLoop()
  }
  const produced = nowMs()
  await contender.flush().catch(() => undefined)
  const ended = nowMs()
  await sleep(5)
  loop.stop()
  return {
    produceMs: produced - started,
    wallMs: ended - started,
    stallMs: loop.longestSince(started),
    cpuS: (totalCpuUs() - cpu) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    spans: turns * SPANS,
    ...(contender.stats && { stats: contender.stats() }),
  }
}

/** Tells the sink to count from here. */
function forgetWarmUp(endpoint) {
  return new Promise((resolve, reject) => {
    const ask = request(`${endpoint}/reset`, { method: 'POST', agent: false }, (answer) =>
      answer.resume().on('end', resolve),
    )
    ask.on('error', reject).end()
  })
}
