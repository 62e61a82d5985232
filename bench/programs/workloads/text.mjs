import { mainCpuUs, median, turnOfLoop } from '../meters.mjs'
import { text } from '../payloads.mjs'

const MB = 1_000_000
const WARM_UP = 500
const AFTER_FLUSH = 10

/**
 * A span that records one long text and nothing else. There is nothing to serialise, so what is left is what a tracer
 * does with a string that it could simply keep. `call` is the span from its start to its end, `set` the one call that
 * hands the text over: CPU time of the main thread, each with a text of its own.
 */
export async function run(open, { times }) {
  const contender = await open()
  if (contender.unavailable) return contender
  const short = text(1000)
  for (let i = 0; i < WARM_UP; i += 1) callUs(contender, short)
  await contender.flush()
  const measured = {}
  const texts = Object.entries(pages())
  for (const [figure, page] of texts) {
    const [calls, sets] = [[], []]
    for (let i = 0; i < times; i += 1) {
      // Through a buffer: a string that was put together from parts is flattened by whoever reads it first.
      const [one, other] = [Buffer.from(page).toString(), Buffer.from(page).toString()]
      await turnOfLoop()
      // What the last flush left behind is paid by the first who come after it.
      for (let j = 0; j < AFTER_FLUSH; j += 1) callUs(contender, short)
      calls.push(callUs(contender, one))
      sets.push(setUs(contender, other))
      await contender.flush()
    }
    measured[`${figure}CallUs`] = median(calls)
    measured[`${figure}SetUs`] = median(sets)
  }
  return { ...measured, spans: WARM_UP + texts.length * times * (AFTER_FLUSH + 2) }
}

/** One of 1 MB and one of 10 MB, of characters that an engine keeps in a byte; and 1 MB of which some need two. */
function pages() {
  const megabyte = text(MB, 'ascii')
  return { one: megabyte, ten: megabyte.repeat(10), wide: text(MB, 'beyond') }
}

function callUs({ recording }, value) {
  const started = mainCpuUs()
  recording('text', (record) => record(value))
  return mainCpuUs() - started
}

function setUs({ recording }, value) {
  let us = 0
  recording('text', (record) => {
    const started = mainCpuUs()
    record(value)
    us = mainCpuUs() - started
  })
  return us
}
