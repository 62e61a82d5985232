import { median, nowMs, sleep, totalCpuUs, watchStalls } from '../meters.mjs'
import { text } from '../payloads.mjs'
import { agentTurn } from '../turn.mjs'

const MIB = 1_048_576

/** A model call whose request holds one very long text. */
export async function run(open, { times }) {
  const contender = await open()
  if (contender.unavailable) return contender
  for (let i = 0; i < 20; i += 1) await agentTurn(contender, i)
  await contender.flush()
  const page = text(MIB)
  await call(contender, page)
  const one = []
  const ten = []
  for (let i = 0; i < times; i += 1) one.push(await call(contender, page))
  for (let i = 0; i < times; i += 1) ten.push(await call(contender, page.repeat(10)))
  return { ...figures('one', one), ...figures('ten', ten), peakRssMb: process.resourceUsage().maxRSS / 1024 }
}

function figures(name, calls) {
  const of = (figure) => median(calls.map((call) => call[figure]))
  return {
    [`${name}CallMs`]: of('callMs'),
    [`${name}StallMs`]: of('stallMs'),
    [`${name}BlockMs`]: of('blockMs'),
    [`${name}CpuMs`]: of('cpuMs'),
  }
}

/**
 * `callMs`: until the call is back, which takes no turn of the loop. `stallMs`: the longest stall from then on, until all
 * is acknowledged. `blockMs`: the longest with the call itself.
 */
async function call(contender, page) {
  // Through a buffer: a string that was put together from parts is flattened by whoever reads it first.
  const content = Buffer.from(page).toString()
  const request = { model: 'gpt-5-mini', messages: [{ role: 'user', content }] }
  const loop = watchStalls()
  await sleep(5)
  const [started, cpu] = [nowMs(), totalCpuUs()]
  await contender.model('large', request, async () => RESPONSE)
  const called = nowMs()
  await contender.flush()
  await sleep(5)
  loop.stop()
  return {
    callMs: called - started,
    stallMs: loop.longestSince(called),
    blockMs: loop.longestSince(started),
    cpuMs: (totalCpuUs() - cpu) / 1000,
  }
}

const RESPONSE = {
  choices: [{ message: { role: 'assistant', content: 'Read.' } }],
  usage: { prompt_tokens: 9, completion_tokens: 1 },
}
