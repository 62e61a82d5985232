import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BASE, CONTENDERS } from './runner/contenders.mjs'
import { installSizes } from './runner/install.mjs'
import { machine } from './runner/machine.mjs'
import { runRounds } from './runner/rounds.mjs'
import { createSandbox } from './runner/sandbox.mjs'
import { startSink } from './runner/sink-process.mjs'
import { bundleSizes } from './runner/sizes.mjs'
import { installTable, sizeTable, targetTable, workloadTable } from './runner/tables.mjs'
import { targetsOf } from './runner/targets.mjs'
import { WORKLOADS } from './runner/workloads.mjs'

/** Beside the workloads: what each contender brings into an application, and what a bundle holds of turnspan. */
const OTHERS = ['install', 'size']
const KNOWN = [...Object.keys(WORKLOADS), ...OTHERS]
const SIZED = { packages: 'api', turnspan: true }

const USAGE = `Usage: node bench/run.mjs [workload ...] [options]

Workloads: ${KNOWN.join(', ')}. Default: all of them.
  --quick              fewer rounds, shorter ones: about five minutes
  --rounds <n>         so many rounds of each workload
  --only <names>       contenders, separated by commas; whom they are compared with takes part too
  --peers              other SDKs too
  --json <file>        everything that was measured, round by round
  --dist <folder>      build of turnspan to measure; default: dist
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    peers: { type: 'boolean', default: false },
    json: { type: 'string' },
    dist: { type: 'string', default: join(import.meta.dirname, '..', 'dist') },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}

const names = positionals.length > 0 ? positionals : KNOWN
const only = values.only?.split(',')
refuseUnknown('workload', names, KNOWN)
refuseUnknown(
  'contender',
  only ?? [],
  CONTENDERS.map((contender) => contender.name),
)

const size = values.quick ? 'quick' : 'full'
const sandbox = createSandbox(values.dist)
const sink = await startSink()
const described = machine()
const all = {}
try {
  const taken = taking(({ kind }) => names.some((name) => OTHERS.includes(name) || isIn(name, kind)))
  for (const contender of taken) sandbox.app(contender)
  const { cpu, memoryGb, system, node, load } = described
  process.stdout.write(`${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load ${load}; ${size}\n\n`)
  for (const name of names) if (WORKLOADS[name]) await runWorkload(name)
  const install = names.includes('install') ? installSizes(taken, sandbox) : []
  const sizes = names.includes('size') ? await bundleSizes(sandbox.app(SIZED)) : []
  const targets = targetsOf(all, sizes)
  if (install.length > 0) process.stdout.write(`${installTable(install)}\n`)
  if (sizes.length > 0) process.stdout.write(`${sizeTable(sizes)}\n`)
  if (targets.length > 0) process.stdout.write(targetTable(targets))
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify({ machine: described, size, rounds: all, install, sizes }, null, 1),
    )
} finally {
  sink.stop()
  sandbox.remove()
}

async function runWorkload(name) {
  const workload = WORKLOADS[name]
  const contenders = taking(({ kind }) => isIn(name, kind))
  const rounds = Number(values.rounds ?? workload.rounds[size])
  all[name] = await runRounds({ name, workload, contenders, rounds, size, sink, sandbox })
  process.stdout.write(`${workloadTable(workload, contenders, all[name])}\nRounds: ${rounds}.\n\n`)
}

function isIn(name, kind) {
  return WORKLOADS[name].kinds.includes(kind)
}

/** Those who were asked for and fit, and whom they are compared with. */
function taking(fits) {
  const asked = CONTENDERS.filter(
    ({ name, kind, peer }) => only?.includes(name) ?? (values.peers || !(peer || kind === 'peer')),
  )
  const bases = asked.map(({ base = BASE }) => base)
  return CONTENDERS.filter((contender) => asked.includes(contender) || bases.includes(contender.name)).filter(
    fits,
  )
}

function refuseUnknown(what, given, known) {
  const unknown = given.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  process.stderr.write(`Unknown ${what}: ${unknown.join(', ')}. Known: ${known.join(', ')}.\n`)
  process.exit(2)
}
