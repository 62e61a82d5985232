/**
 * What an agent's turn takes while its receiver is well, fails, is silent or is not there, and without tracing. Every
 * case runs in a fresh process in each round, in an order of its own; × is the median over the rounds of the ratio to
 * the fast server in the same round.
 *
 *   node bench/latency/run.mjs [--rounds 5] [--turns 2500] [--every 2]
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const CASES = ['no tracing', 'fast', 'failing', 'black hole', 'dead']
const REFERENCE = 'fast'
const NAMES = {
  fast: 'fast server',
  failing: 'server that answers 500',
  'black hole': 'server that never answers',
  dead: 'dead port',
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    turns: { type: 'string', default: '2500' },
    every: { type: 'string', default: '2' },
  },
})
const file = (name) => fileURLToPath(new URL(name, import.meta.url))
const run = promisify(execFile)
const ms = (value) => value.toFixed(2)

const servers = spawn(process.execPath, [file('./servers.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [line] = await once(servers.stdout.setEncoding('utf8'), 'data')
  const rounds = []
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    process.stderr.write(`round ${round} of ${values.rounds}\n`)
    rounds.push(await playRound(JSON.parse(line)))
  }
  process.stdout.write(`${table(rounds)}\n`)
} finally {
  servers.kill()
}

async function playRound(ports) {
  const results = {}
  for (const name of shuffled(CASES)) {
    const url = name in ports ? `http://127.0.0.1:${ports[name]}` : 'none'
    const { stdout } = await run(process.execPath, [file('./program.mjs'), url, values.turns, values.every])
    results[name] = JSON.parse(stdout)
  }
  return results
}

function table(rounds) {
  const head = ['', 'p50', '×', 'p99', '×', 'p99.9', 'sent', 'queued', 'rejected', 'dropped', 'memory']
  const rows = CASES.map((name) => {
    const all = (figure) => rounds.map((round) => round[name][figure])
    const spread = (figure) =>
      `${ms(median(all(figure)))} [${ms(Math.min(...all(figure)))}–${ms(Math.max(...all(figure)))}]`
    const ratio = (figure) =>
      median(rounds.map((round) => round[name][figure] / round[REFERENCE][figure])).toFixed(2)
    const count = (figure) => String(Math.round(median(all(figure))))
    return [
      NAMES[name] ?? name,
      spread('p50'),
      ratio('p50'),
      spread('p99'),
      ratio('p99'),
      spread('p99.9'),
      ...['sent', 'queued', 'rejected', 'lost'].map(count),
      `${count('rssMb')} MB`,
    ]
  })
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function shuffled(items) {
  return items
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}
