import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BASE, CONTENDERS } from './runner/contenders.mjs'
import { installSizes } from './runner/install.mjs'
import { machine } from './runner/machine.mjs'
import { runRounds } from './runner/rounds.mjs'
import { createSandbox } from './runner/sandbox.mjs'
import { startSink } from './runner/sink-process.mjs'
import { installTable, targetTable, workloadTable } from './runner/tables.mjs'
import { targetsOf } from './runner/targets.mjs'
import { WORKLOADS } from './runner/workloads.mjs'

const USAGE = `Usage: node bench/run.mjs [workload ...] [options]

Workloads: ${Object.keys(WORKLOADS).join(', ')}. Default: all of them.
  --quick              fewer rounds, shorter ones: below three minutes
  --rounds <n>         so many rounds of each workload
  --only <names>       contenders, separated by commas; ${BASE} is always among them
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

const names = positionals.length > 0 ? positionals : Object.keys(WORKLOADS)
const only = values.only?.split(',')
refuseUnknown('workload', names, Object.keys(WORKLOADS))
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
  for (const contender of taking(() => true)) sandbox.app(contender)
  const { cpu, memoryGb, system, node, load } = described
  process.stdout.write(`${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load ${load}; ${size}\n\n`)
  for (const name of names) await runWorkload(name)
  const sizes = installSizes(
    taking(() => true),
    sandbox,
  )
  process.stdout.write(`${installTable(sizes)}\n${targetTable(targetsOf(all))}`)
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify({ machine: described, size, rounds: all, install: sizes }, null, 1),
    )
} finally {
  sink.stop()
  sandbox.remove()
}

async function runWorkload(name) {
  const workload = WORKLOADS[name]
  const contenders = taking(({ kind }) => workload.kinds.includes(kind))
  const rounds = Number(values.rounds ?? workload.rounds[size])
  all[name] = await runRounds({ name, workload, contenders, rounds, size, sink, sandbox })
  process.stdout.write(`${workloadTable(workload, contenders, all[name])}\nRounds: ${rounds}.\n\n`)
}

function taking(fits) {
  return CONTENDERS.filter((contender) => {
    const asked =
      only === undefined ? contender.kind !== 'peer' || values.peers : only.includes(contender.name)
    return (asked || contender.name === BASE) && fits(contender)
  })
}

function refuseUnknown(what, given, known) {
  const unknown = given.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  process.stderr.write(`Unknown ${what}: ${unknown.join(', ')}. Known: ${known.join(', ')}.\n`)
  process.exit(2)
}
