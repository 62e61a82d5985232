import { mainCpuUs, totalCpuUs, turnOfLoop } from '../meters.mjs'
import { agentTurn, SPANS } from '../turn.mjs'

// 400 spans: less than the 512 at which OpenTelemetry's batches leave by themselves, so that sending never overlaps
// with the turns, and what the caller pays is seen apart from what delivery costs.
const BLOCK = 50
// Until the engine has compiled what it will: in the first hundreds of turns its compiling is most of the CPU.
const WARM_UP = 30

/** Agent turns one after the other. `heap` counts allocations instead of time, in a heap too large to be collected. */
export async function run(open, { heap, blocks }) {
  const contender = await open()
  if (contender.unavailable) return contender
  for (let i = 0; i < WARM_UP; i += 1) await runBlock(contender)
  const sum = heap ? await countHeap(contender, blocks) : await countCpu(contender, blocks)
  const turns = blocks * BLOCK
  const perTurn = Object.fromEntries(Object.entries(sum).map(([figure, value]) => [figure, value / turns]))
  return { ...perTurn, spans: (turns + WARM_UP * BLOCK) * SPANS }
}

async function runBlock(contender) {
  await turns(contender)
  await contender.flush()
}

async function turns(contender) {
  for (let i = 0; i < BLOCK; i += 1) await agentTurn(contender, i)
}

async function countCpu(contender, blocks) {
  const sum = { callerUs: 0, mainUs: 0, totalUs: 0 }
  for (let i = 0; i < blocks; i += 1) {
    await turnOfLoop()
    const [main, total] = [mainCpuUs(), totalCpuUs()]
    await turns(contender)
    sum.callerUs += mainCpuUs() - main
    await contender.flush()
    sum.mainUs += mainCpuUs() - main
    sum.totalUs += totalCpuUs() - total
  }
  return sum
}

async function countHeap(contender, blocks) {
  const sum = { callerKb: 0, heapKb: 0 }
  for (let i = 0; i < blocks; i += 1) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    await turns(contender)
    const called = process.memoryUsage().heapUsed
    await contender.flush()
    const flushed = process.memoryUsage().heapUsed
    sum.callerKb += (called - before) / 1000
    sum.heapKb += (flushed - before) / 1000
  }
  return sum
}
