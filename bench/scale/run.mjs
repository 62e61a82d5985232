import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { register } from 'tsx/esm/api'
import { machine } from '../runner/machine.mjs'
import { createSandbox } from '../runner/sandbox.mjs'
import { requestTemplate } from './template.mjs'

const USAGE = `Usage: node bench/scale/run.mjs [process] [collector] [mlflow] [fleet] [options]

Rates of one process, one Collector, one MLflow server, and of what stands before many agents. Default: all of them. The Collector takes Go, MLflow Python;
both are made once and kept. PostgreSQL is measured where the system has it.
  --seconds <n>    of each measurement; default: 8
  --rounds <n>     rounds, of which the median is shown; default: 3
  --json <file>    every round
  --dist <folder>  build of turnspan; default: dist
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    dist: { type: 'string', default: join(import.meta.dirname, '..', '..', 'dist') },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}

/** The servers come from what the tests use, which is TypeScript. */
register()
const PARTS = {
  process: async () => (await import('./process.mjs')).measureProcess,
  collector: async () => (await import('./collector.mjs')).measureCollector,
  mlflow: async () => (await import('./mlflow.mjs')).measureMlflow,
  fleet: async () => (await import('./fleet.mjs')).measureFleet,
}
const payloads = ['short', 'long']
const names = positionals.length > 0 ? positionals : Object.keys(PARTS)
for (const name of names) {
  if (name in PARTS) continue
  process.stderr.write(`Unknown: ${name}\n${USAGE}`)
  process.exit(2)
}

const sandbox = createSandbox(values.dist)
const all = {}
try {
  const templates = []
  for (const payload of payloads) templates.push(await requestTemplate(sandbox, payload))
  const single = await requestTemplate(sandbox, 'long', 1)
  const { cpu, memoryGb, system, node, load } = machine()
  process.stdout.write(`${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load ${load}\n\n`)
  for (const name of names) {
    const measure = await PARTS[name]()
    all[name] = []
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      process.stderr.write(`${name}, round ${round}\n`)
      all[name].push(await measure({ sandbox, templates, single, payloads, seconds: Number(values.seconds) }))
    }
    process.stdout.write(`### ${name}\n\n${table(medians(all[name]))}\n`)
  }
  if (values.json) writeFileSync(values.json, JSON.stringify({ machine: machine(), all }, null, 1))
} finally {
  sandbox.remove()
}

/** One row for the same row of all rounds: the median of each number. */
function medians(rounds) {
  return rounds[0].map((row, place) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => {
        if (typeof value !== 'number') return [key, value]
        const found = rounds.map((round) => round[place][key]).sort((a, b) => a - b)
        return [key, found[Math.floor(found.length / 2)]]
      }),
    ),
  )
}

function table(rows) {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cell = (value) => {
    if (value === undefined) return '–'
    if (typeof value !== 'number') return value
    return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))
  }
  const line = (cells) => `| ${cells.join(' | ')} |`
  const ruler = keys.map((key) => (typeof rows[0][key] === 'number' ? '---:' : '---'))
  return `${[line(keys), line(ruler), ...rows.map((row) => line(keys.map((key) => cell(row[key]))))].join('\n')}\n`
}
