// Ends spans until it is killed, and says their IDs when the event loop has turned: they are with the system then.
import { writeSync } from 'node:fs'
import { init, startSpan, withSpan } from 'turnspan'

const { endpoint, dir, pace, bytes } = JSON.parse(process.argv[2])
init({ endpoint, protocol: 'http/protobuf', captureContent: true, spool: { dir } })
const text = 'x'.repeat(bytes)
let ended = []
const tell = ({ spanId }) => void ended.push(`${spanId}\n`)
/** Says which spans are with the system. */
async function acknowledge() {
  await new Promise((resolve) => setImmediate(resolve))
  writeSync(1, ended.join(''))
  ended = []
}

function loose() {
  const span = startSpan({ name: 'work', inputs: { text } })
  span.end()
  tell(span)
}

async function turn() {
  let inner
  let outer
  await withSpan(
    async (span) => {
      outer = span
      await withSpan(
        async (child) => {
          inner = child
          child.setInputs({ text })
        },
        { name: 'step' },
      )
      tell(inner)
    },
    { name: 'turn' },
  )
  tell(outer)
}

writeSync(1, 'ready\n')
for (;;) {
  for (let i = 0; i < 20; i += 1) {
    if (i % 2 === 0) loose()
    else await turn()
  }
  await acknowledge()
  if (pace >= 0) await new Promise((resolve) => setTimeout(resolve, pace))
}
