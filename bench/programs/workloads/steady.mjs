import { mainCpuUs, nowMs, sleep, totalCpuUs, turnOfLoop, watchDelays, watchTicks } from '../meters.mjs'
import { agentTurn, SPANS } from '../turn.mjs'

const TURNS_PER_SECOND = 250

/** 250 turns, so 2,000 spans, a second: what the rest of the process feels of it. */
export async function run(open, { seconds }) {
  const contender = await open()
  if (contender.unavailable) return contender
  for (let i = 0; i < 100; i += 1) await agentTurn(contender, i, turnOfLoop)
  await contender.flush()
  const loop = await watchDelays()
  const ticks = watchTicks()
  const [started, main, total] = [nowMs(), mainCpuUs(), totalCpuUs()]
  const turns = seconds * TURNS_PER_SECOND
  const running = []
  let slowestMs = 0
  for (let begun = 0; begun < turns; ) {
    const due = Math.min(turns, Math.floor(((nowMs() - started) / 1000) * TURNS_PER_SECOND))
    for (; begun < due; begun += 1) {
      const from = nowMs()
      const turn = agentTurn(contender, begun, turnOfLoop).then(() => {
        slowestMs = Math.max(slowestMs, nowMs() - from)
      })
      running.push(turn)
    }
    await sleep(1)
  }
  await Promise.all(running)
  const wallMs = nowMs() - started
  const shares = {
    mainPercent: (mainCpuUs() - main) / wallMs / 10,
    processPercent: (totalCpuUs() - total) / wallMs / 10,
  }
  const delays = { ...loop.stop(), ...ticks.stop() }
  await contender.flush().catch(() => undefined)
  return { ...delays, slowestMs, ...shares, spans: (turns + 100) * SPANS }
}
