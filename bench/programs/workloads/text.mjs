import { median, nowMs, turnOfLoop } from '../meters.mjs'
import { text } from '../payloads.mjs'

const MB = 1_000_000
const WARM_UP = 500

/**
 * A span that records one long text and nothing else. There is nothing to serialise, so what is left is what a tracer
 * does with a string that it could simply keep. `call` is the span from its start to its end, `set` the one call that
 * hands the text over.
 */
export async function run(open, { times }) {
  const contender = await open()
  if (contender.unavailable) return contender
  const short = text(1000)
  for (let i = 0; i < WARM_UP; i += 1) timed(contender, short)
  await contender.flush()
  const measured = {}
  const texts = Object.entries(pages())
  for (const [figure, page] of texts) {
    const samples = []
    for (let i = 0; i < times; i += 1) {
      // Through a buffer: a string that was put together from parts is flattened by whoever reads it first.
      const fresh = Buffer.from(page).toString()
      await turnOfLoop()
      samples.push(timed(contender, fresh))
      await contender.flush()
    }
    measured[`${figure}CallUs`] = median(samples.map(({ callUs }) => callUs))
    measured[`${figure}SetUs`] = median(samples.map(({ setUs }) => setUs))
  }
  return { ...measured, spans: WARM_UP + texts.length * times }
}

/** One of 1 MB and one of 10 MB, of characters that an engine keeps in a byte; and 1 MB of which some need two. */
function pages() {
  const megabyte = text(MB, 'ascii')
  return { one: megabyte, ten: megabyte.repeat(10), wide: text(MB, 'beyond') }
}

function timed({ recording }, value) {
  let setUs = 0
  const started = nowMs()
  recording('text', (record) => {
    const from = nowMs()
    record(value)
    setUs = (nowMs() - from) * 1000
  })
  return { callUs: (nowMs() - started) * 1000, setUs }
}
