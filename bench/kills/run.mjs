import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { machine } from '../runner/machine.mjs'
import { createSandbox } from '../runner/sandbox.mjs'
import { startFaultySink } from '../soak/faulty-sink.mjs'

const USAGE = `Usage: node bench/kills/run.mjs [options]

Kills processes that write spans with the spool on, by SIGKILL at random moments, and sends what they left. Fails when
a span is missing that had ended before a turn of the event loop.
  --count <n>      so many kills; default: 1000
  --slice <n>      kills between two replays; default: 50
  --at-once <n>    processes that share the folder at a time; default: 2
  --dist <folder>  build of turnspan; default: dist
`

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    slice: { type: 'string', default: '50' },
    'at-once': { type: 'string', default: '2' },
    dist: { type: 'string', default: join(import.meta.dirname, '..', '..', 'dist') },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}

const LONGEST_LIFE_MS = 700
/** What a process under load meets: a receiver that is well, one that is not, one that cuts connections. */
const RECEIVERS = [
  'none',
  'none',
  'down',
  'status 503',
  'every other 502',
  'stored then reset',
  'hang',
  'slow',
]
/** Milliseconds between two blocks of spans; below 0 it waits for nothing but one turn of the event loop. */
const PACES = [0, 2, 2, 10, -1]
const BYTES = [20, 500, 500, 4000, 20_000]
/** How long spans wait to be sent together: short, so that kills come between sending, answer and acknowledgement. */
const DELAYS = ['10', '50', '200', '1000']

const total = Number(values.count)
const slice = Number(values.slice)
const atOnce = Number(values['at-once'])
const any = (list) => list[Math.floor(Math.random() * list.length)]

const sandbox = createSandbox(values.dist)
const app = sandbox.app({ packages: 'api', turnspan: true })
for (const name of ['victim.mjs', 'replay.mjs']) cpSync(join(import.meta.dirname, name), join(app, name))
const home = mkdtempSync(join(tmpdir(), 'turnspan-kills-'))
const dir = join(home, 'spool')

const arrived = new Set()
let received = 0
const sink = await startFaultySink({
  onSpan: (_, spanId) => {
    received += 1
    arrived.add(spanId)
  },
})

const sum = { kills: 0, acknowledged: 0, early: 0, lost: [], repeated: 0 }
const began = performance.now()
try {
  while (sum.kills < total) await runSlice(Math.min(slice, total - sum.kills))
} finally {
  await sink.stop()
  sandbox.remove()
  rmSync(home, { recursive: true, force: true })
}
const { cpu, system, node } = machine()
const row = [
  sum.kills,
  sum.acknowledged,
  sum.early,
  sum.acknowledged - sum.early - sum.lost.length,
  sum.lost.length,
  sum.repeated,
  `${Math.round((performance.now() - began) / 1000)} s`,
]
process.stdout.write(
  `${cpu}, ${system}, Node ${node}; up to ${atOnce} at once, replay after every ${slice} kills\n\n` +
    '| kills | spans that had ended a turn before | arrived before the replay | by it | lost | arrived again | took |\n' +
    '|---:|---:|---:|---:|---:|---:|---:|\n' +
    `| ${row.join(' | ')} |\n`,
)
if (sum.lost.length > 0) process.stdout.write(`\nLost: ${sum.lost.slice(0, 20).join(', ')}\n`)
process.exitCode = sum.lost.length > 0 ? 1 : 0

/** Kills, then sends what is left, then counts. */
async function runSlice(kills) {
  const acknowledged = []
  arrived.clear()
  received = 0
  for (let done = 0; done < kills; ) {
    const group = Math.min(1 + Math.floor(Math.random() * atOnce), kills - done)
    await sink.misbehave(any(RECEIVERS))
    const lives = await Promise.all(Array.from({ length: group }, () => killed()))
    for (const ids of lives) for (const id of ids) acknowledged.push(id)
    done += group
  }
  sum.early += acknowledged.filter((id) => arrived.has(id)).length
  await sink.misbehave('none')
  const report = await replay()
  const lost = acknowledged.filter((id) => !arrived.has(id))
  sum.kills += kills
  sum.acknowledged += acknowledged.length
  sum.repeated += received - arrived.size
  sum.lost.push(...lost)
  const left = readdirSync(dir, { recursive: true }).filter((name) => name.endsWith('.seg'))
  process.stderr.write(
    `${sum.kills} of ${total} kills, ${sum.acknowledged} spans acknowledged, ${sum.lost.length} lost` +
      `${left.length > 0 ? `, ${left.length} segments left: ${JSON.stringify(report)}` : ''}\n`,
  )
}

/** Runs a process under load, kills it at a random moment, and gives the IDs that it acknowledged. */
function killed() {
  return new Promise((resolve, reject) => {
    const options = { endpoint: sink.url, dir, pace: any(PACES), bytes: any(BYTES) }
    const child = spawn(process.execPath, ['victim.mjs', JSON.stringify(options)], {
      cwd: app,
      env: { ...process.env, OTEL_BSP_SCHEDULE_DELAY: any(DELAYS) },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    let started = false
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      said += chunk
      if (started || !said.startsWith('ready\n')) return
      started = true
      void sleep(Math.random() * LONGEST_LIFE_MS).then(() => child.kill('SIGKILL'))
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`A process ended by itself: ${code ?? signal}`))
      // The last line may be half written.
      resolve(said.slice(0, said.lastIndexOf('\n')).split('\n').slice(1))
    })
  })
}

/** A process that sends what is there, as the next start of an application would. */
function replay() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['replay.mjs', JSON.stringify({ endpoint: sink.url, dir })], {
      cwd: app,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(said)) : reject(new Error(`The replay ended with code ${code}`)),
    )
  })
}
