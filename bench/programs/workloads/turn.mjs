import { freshPayloads } from '../fresh-payloads.mjs'
import { mainCpuUs, sleep, totalCpuUs, turnOfLoop } from '../meters.mjs'
import { agentTurn, SPANS } from '../turn.mjs'

// 400 spans: less than the 512 at which OpenTelemetry's batches leave by themselves, so that sending never overlaps
// with the turns, and what the caller pays is seen apart from what delivery costs.
const BLOCK = 50
// Until the engine has compiled what it will. With little code that takes a thousand turns, with much of it four thousand; in
// the first hundreds its compiling is most of the CPU.
const WARM_UP = 100

const SCRIPTS = {
  fresh: ['ascii', 'ascii', 'ascii', 'latin', 'beyond'],
  cjk: ['cjk'],
}

/**
 * Agent turns one after the other. `heap` counts allocations instead of time, in a heap too large to be collected.
 * `payloads` says which, if not those that were there before.
 */
export async function run(open, { heap, blocks, payloads }) {
  const contender = await open()
  if (contender.unavailable) return contender
  const made = payloads && freshPayloads(SCRIPTS[payloads])
  const turns = async () => {
    for (let i = 0; i < BLOCK; i += 1) await agentTurn(contender, i, undefined, made)
  }
  for (let i = 0; i < WARM_UP; i += 1) {
    await turns()
    await contender.flush()
  }
  const count = heap ? countHeap : countCpu
  const sum = await count(contender, turns, blocks)
  const perTurn = Object.fromEntries(
    Object.entries(sum).map(([figure, value]) => [figure, value / blocks / BLOCK]),
  )
  const ran = (WARM_UP + blocks * (heap ? 2 : 1)) * BLOCK
  const peak = heap ? {} : { peakRssMb: process.resourceUsage().maxRSS / 1024 }
  return { ...perTurn, ...peak, spans: ran * SPANS }
}

async function countCpu(contender, turns, blocks) {
  const sum = { callerUs: 0, mainUs: 0, totalUs: 0 }
  for (let i = 0; i < blocks; i += 1) {
    await turnOfLoop()
    const [main, total] = [mainCpuUs(), totalCpuUs()]
    await turns()
    sum.callerUs += mainCpuUs() - main
    await contender.flush()
    sum.mainUs += mainCpuUs() - main
    sum.totalUs += totalCpuUs() - total
  }
  return sum
}

async function countHeap(contender, turns, blocks) {
  const sum = { callerKb: 0, heapKb: 0, heldKb: 0 }
  for (let i = 0; i < blocks; i += 1) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    await turns()
    const called = process.memoryUsage().heapUsed
    await contender.flush()
    const flushed = process.memoryUsage().heapUsed
    sum.callerKb += (called - before) / 1000
    sum.heapKb += (flushed - before) / 1000
  }
  for (let i = 0; i < blocks; i += 1) {
    // What was sent goes in the moments after.
    await sleep(50)
    const before = reachableKb()
    await turns()
    sum.heldKb += reachableKb() - before
    await contender.flush()
  }
  return sum
}

/** What is left after a collection: objects, strings and buffers. The second one sweeps the buffers that the first found. */
function reachableKb() {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1000
}
