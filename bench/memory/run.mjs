import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const USAGE = `Usage: node bench/memory/run.mjs [options]

What an application pays while its receiver is down: memory, delay of the event loop, and time per trace while the queue
has room and when it is full. Fails when more memory is held than one and a half times maxQueueBytes.
  --seconds <n>        how long each; default: 60
  --rate <n>           spans a second; default: 2000
  --open <n>           traces that stay open meanwhile; default: 0
  --bytes <n>          maxQueueBytes; default: turnspan's
  --hangs              the receiver takes connections and never answers
  --shapes <names>     of spans, turns, pieces (of larger texts), cjk; default: all
  --dist <folder>      build of turnspan; default: dist
`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '2000' },
    open: { type: 'string', default: '0' },
    bytes: { type: 'string', default: '0' },
    hangs: { type: 'boolean', default: false },
    shapes: { type: 'string', default: 'spans,turns,pieces,cjk' },
    dist: { type: 'string', default: join(import.meta.dirname, '..', '..', 'dist') },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}

const DEFAULT_BYTES = 64 * 1024 * 1024
const FACTOR = 1.5
const number = (value) => (value === undefined ? '–' : value.toFixed(1))

process.stdout.write(
  '| traces | made | held, MB | most in use, MB | µs a trace, room | µs a trace, full | loop delay p50 / p99 / max, ms | said |\n|---|---|---|---|---|---|---|---|\n',
)
for (const shape of values.shapes.split(',')) {
  const work = {
    dist: values.dist,
    shape,
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    open: Number(values.open),
    maxQueueBytes: Number(values.bytes),
    hangs: values.hangs,
  }
  const program = join(import.meta.dirname, 'program.mjs')
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', program, JSON.stringify(work)],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${shape}: ended with ${status}. ${stderr}`)
  const report = JSON.parse(stdout)
  const delays = [report.delayP50Ms, report.delayP99Ms, report.delayMaxMs].map(number).join(' / ')
  const said = Object.entries(report.said).map(([code, count]) => `${code} ${count}`)
  process.stdout.write(
    `| ${shape} | ${report.traces} | ${number(report.heldMb)} | ${number(report.mostMb)} | ${number(report.emptyUs)} | ${number(report.fullUs)} | ${delays} | ${said.join(', ')} |\n`,
  )
  const most = (work.maxQueueBytes || DEFAULT_BYTES) * FACTOR
  if (report.heldMb * 1e6 > most) process.exitCode = 1
}
