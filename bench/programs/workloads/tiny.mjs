import { mainCpuUs, median, totalCpuUs, turnOfLoop } from '../meters.mjs'

const BLOCK = 400
const WARM_UP = 40

const nothing = () => undefined
const nothingAsync = async () => undefined

/** Spans without payload: below a parent, and as roots of traces of their own, synchronous and asynchronous. */
export async function run(open, { blocks }) {
  const contender = await open()
  if (contender.unavailable) return contender
  const measured = {}
  let spans = 0
  for (const [figure, below, spansOf] of KINDS) {
    const times = []
    let cpuUs = 0
    for (let i = 0; i < WARM_UP + blocks; i += 1) {
      await turnOfLoop()
      const before = totalCpuUs()
      const ns = await (below ? contender.tinyAsync('block', () => spansOf(contender)) : spansOf(contender))
      await contender.flush()
      spans += BLOCK + (below ? 1 : 0)
      if (i < WARM_UP) continue
      cpuUs += totalCpuUs() - before
      times.push(ns)
    }
    measured[`${figure}Ns`] = median(times)
    measured[`${figure}CpuNs`] = (cpuUs * 1000) / (blocks * BLOCK)
  }
  return { ...measured, spans }
}

async function syncSpans(contender) {
  const started = mainCpuUs()
  for (let i = 0; i < BLOCK; i += 1) contender.tiny('tiny', nothing)
  return nsPerSpan(started)
}

async function asyncSpans(contender) {
  const started = mainCpuUs()
  for (let i = 0; i < BLOCK; i += 1) await contender.tinyAsync('tiny', nothingAsync)
  return nsPerSpan(started)
}

const nsPerSpan = (started) => ((mainCpuUs() - started) * 1000) / BLOCK

const KINDS = [
  ['sync', true, syncSpans],
  ['async', true, asyncSpans],
  ['root', false, syncSpans],
  ['asyncRoot', false, asyncSpans],
]
