import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { machine } from '../runner/machine.mjs'
import { createSandbox } from '../runner/sandbox.mjs'
import { createDisk } from './disk.mjs'
import { FAULTS, startFaultySink } from './faulty-sink.mjs'
import { report } from './report.mjs'
import { createRow } from './watch.mjs'

const USAGE = `Usage: node bench/soak/run.mjs [options]

An agent that works for minutes, with the spool on, while its receiver and its disk misbehave at random. Fails when a
span is lost, memory grows, or file descriptors leak.
  --minutes <n>    how long; default: 10
  --rate <n>       spans a second beside the bursts; default: 400
  --faults <names> some of ${Object.keys(FAULTS).join(', ')}
  --dist <folder>  build of turnspan; default: dist
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '400' },
    faults: { type: 'string' },
    dist: { type: 'string', default: join(import.meta.dirname, '..', '..', 'dist') },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}

/** Longer than the longest wait between two tries. */
const RECOVERS_MS = 90_000
const BURST_SPANS = 4000

const any = (list) => list[Math.floor(Math.random() * list.length)]
const between = (least, most) => least + Math.random() * (most - least)

const faults = values.faults?.split(',') ?? Object.keys(FAULTS).filter((name) => name !== 'none')
const sandbox = createSandbox(values.dist)
const app = sandbox.app({ packages: 'api', turnspan: true })
cpSync(join(import.meta.dirname, 'agent.mjs'), join(app, 'agent.mjs'))
const disk = createDisk(mkdtempSync(join(tmpdir(), 'turnspan-soak-')))
const row = createRow()
const sink = await startFaultySink({ onSpan: (name) => row.add(Number(name.split(':').at(-1))) })
const agent = startAgent()

// A mounted disk must not stay behind.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    agent.stop()
    disk.remove()
    sandbox.remove()
    process.exit(1)
  })

const began = performance.now()
const minutes = () => (performance.now() - began) / 60_000
const happened = {}
const samples = []
const recoveries = []
let bursts = 0
try {
  await sleep(3000)
  while (minutes() < Number(values.minutes)) await cycle()
  const end = await agent.ask('stop', { timeoutMs: RECOVERS_MS })
  const left = readdirSync(disk.dir, { recursive: true }).filter((name) => /\.(seg|otlp)$/.test(name))
  const { text, violations } = report({
    machine: machine(),
    minutes: minutes(),
    samples,
    recoveries,
    bursts,
    happened,
    end,
    left,
    row,
    sink,
    said: agent.said(),
  })
  process.stdout.write(text)
  process.exitCode = violations.length > 0 ? 1 : 0
} finally {
  agent.stop()
  await sink.stop()
  disk.remove()
  sandbox.remove()
}

/** One time of trouble, and what is left of it when it is over. */
async function cycle() {
  const fault = any(faults)
  const broken = Math.random() < 0.25 ? any(Object.keys(disk.ways)) : undefined
  const burst = Math.random() < 0.3
  for (const name of [fault, broken, burst ? 'burst' : undefined])
    if (name) happened[name] = (happened[name] ?? 0) + 1
  if (broken) disk.ways[broken].begin(agent.pid)
  await sink.misbehave(fault)
  if (burst) {
    bursts += 1
    await agent.ask('burst', { spans: BURST_SPANS })
  }
  await sleep(between(1000, 9000))
  if (broken) disk.ways[broken].end(agent.pid)
  await sink.misbehave('none')
  // Now and then it is left to itself; otherwise the flush of the sample makes it try at once.
  if (Math.random() < 0.35) recoveries.push(await recovered())
  const sample = await agent.ask('sample', { timeoutMs: RECOVERS_MS })
  samples.push({ minute: minutes(), fault, broken, ...sample })
  const { sent, queued, spooled, rejected, dropped } = sample.report
  const mb = (bytes) => (bytes / 1e6).toFixed(1)
  process.stderr.write(
    `${minutes().toFixed(1)} min, after ${[fault, broken, burst && 'burst'].filter(Boolean).join(' + ')}: ` +
      `${sample.started} spans, sent ${sent}, queued ${queued}, spooled ${spooled}, rejected ${rejected}, ` +
      `dropped ${JSON.stringify(dropped)}; heap ${mb(sample.heapUsed)} MB, RSS ${mb(sample.rss)} MB, ` +
      `${sample.files} descriptors\n`,
  )
  await sleep(between(500, 3000))
}

/** Milliseconds until no more waits than a second's spans. */
async function recovered() {
  const start = performance.now()
  while (performance.now() - start < RECOVERS_MS) {
    const { queued, spooled } = await agent.ask('stats')
    if (queued + spooled <= 2 * Number(values.rate)) break
    await sleep(200)
  }
  return performance.now() - start
}

function startAgent() {
  const options = { endpoint: sink.url, dir: disk.dir, spansPerSecond: Number(values.rate) }
  const child = spawn(process.execPath, ['--expose-gc', 'agent.mjs', JSON.stringify(options)], {
    cwd: app,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  const waiting = new Map()
  let asked = 0
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    said += chunk
  })
  child.on('message', ({ id, answer }) => {
    waiting.get(id)?.resolve(answer)
    waiting.delete(id)
  })
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values())
      reject(new Error(`The agent ended (${code ?? signal}).\n${said.slice(-2000)}`))
  })
  return {
    pid: child.pid,
    said: () => said,
    ask(what, more = {}) {
      asked += 1
      const id = asked
      child.send({ id, ask: what, ...more })
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    stop: () => child.kill('SIGKILL'),
  }
}
