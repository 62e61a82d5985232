import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { spanRows } from './spans.mjs'
import { valueRows } from './values.mjs'

/**
 * `node bench/floor/run.mjs`: what recording one agent turn must cost at least, by its parts. Microseconds a turn, the least
 * of many runs; rows take turns, so that a machine that changes its speed changes it for all.
 */
const RUNS = 300
const TURNS = 40

async function subject() {
  const folder = mkdtempSync(join(tmpdir(), 'turnspan-floor-'))
  try {
    const outfile = join(folder, 'subject.mjs')
    const entry = join(import.meta.dirname, 'subject.ts')
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function microseconds(work) {
  const started = process.hrtime.bigint()
  for (let turn = 0; turn < TURNS; turn += 1) work(turn)
  return Number(process.hrtime.bigint() - started) / 1000 / TURNS
}

function table(title, rows) {
  const least = rows.map(() => Number.POSITIVE_INFINITY)
  for (let run = 0; run < RUNS; run += 1) {
    rows.forEach(([, work], i) => {
      least[i] = Math.min(least[i], microseconds(work))
    })
  }
  process.stdout.write(`\n| ${title} | µs |\n|---|---:|\n`)
  rows.forEach(([what], i) => void process.stdout.write(`| ${what} | ${least[i].toFixed(1)} |\n`))
}

table('the values of a turn, 36 kB', valueRows(await subject()))
table('its 8 spans, without anything on them', spanRows)
