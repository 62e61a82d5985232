import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * What turnspan adds to a call of OpenAI's client, and to each chunk of a stream: `node bench/integrations/openai.mjs`
 * after `npm run build`. `--rounds <n>`, `--dist <folder>`, `--fixture <name of a fixture project>`.
 *
 * Modes: `bare` without turnspan; `off` instrumented, nothing traced; `on` traced without content; `content` with it.
 * Each measurement is a process of its own; rounds are interleaved, and differences are taken within a round.
 */
const root = resolve(import.meta.dirname, '../..')
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}
const rounds = Number(option('rounds', '5'))
const dist = resolve(option('dist', join(root, 'dist')))
const fixture = option('fixture', 'openai-6')
const CHUNKS = 200
const MODES = ['bare', 'off', 'on', 'content']
const WORKLOADS = [
  { name: 'call', calls: 6000, chunks: 0, per: 1 },
  { name: 'stream', calls: 300, chunks: CHUNKS, per: CHUNKS },
]

const app = mkdtempSync(join(tmpdir(), 'turnspan-bench-openai-'))
try {
  install()
  const figures = measure()
  print(figures)
} finally {
  rmSync(app, { recursive: true })
}

function install() {
  const project = join(root, 'test/integrations/openai/fixtures', fixture)
  const packages = join(app, 'packages')
  mkdirSync(packages)
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(project, name), join(packages, name))
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--silent'], {
    cwd: packages,
  })
  const modules = join(app, 'node_modules')
  mkdirSync(join(modules, '@opentelemetry'), { recursive: true })
  for (const name of ['openai', '@opentelemetry/api', 'zod']) {
    if (existsSync(join(packages, 'node_modules', name)))
      symlinkSync(join(packages, 'node_modules', name), join(modules, name))
  }
  mkdirSync(join(modules, 'turnspan'))
  cpSync(join(root, 'package.json'), join(modules, 'turnspan/package.json'))
  cpSync(dist, join(modules, 'turnspan/dist'), { recursive: true })
  cpSync(join(import.meta.dirname, 'openai-child.mjs'), join(app, 'child.mjs'))
}

function measure() {
  const figures = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, calls, chunks } of WORKLOADS) {
      for (const mode of shuffled(MODES)) {
        const args = [join(app, 'child.mjs'), mode, name, String(calls), String(chunks)]
        const figure = JSON.parse(execFileSync(process.execPath, args, { cwd: app, encoding: 'utf8' }))
        const key = `${name} ${mode}`
        figures.set(key, [...(figures.get(key) ?? []), figure.cpuUs])
      }
      process.stderr.write(`round ${round + 1} of ${rounds}: ${name}\n`)
    }
  }
  return figures
}

function print(figures) {
  const lines = ['| workload | bare client | off | on | on, with content |', '|---|---|---|---|---|']
  for (const { name, per } of WORKLOADS) {
    const bare = figures.get(`${name} bare`)
    const cells = MODES.slice(1).map((mode) => {
      const added = figures.get(`${name} ${mode}`).map((cpu, round) => (cpu - bare[round]) / per)
      return `+${median(added).toFixed(2)} (${Math.min(...added).toFixed(2)} to ${Math.max(...added).toFixed(2)})`
    })
    const base = `${(median(bare) / per).toFixed(1)}`
    lines.push(
      `| CPU µs per ${name === 'call' ? 'call' : `chunk, streams of ${CHUNKS}`} | ${base} | ${cells.join(' | ')} |`,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

function shuffled(list) {
  return list
    .map((one) => [Math.random(), one])
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)
}

function median(list) {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
