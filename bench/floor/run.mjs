import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { llmRequest, llmResponse, text, toolArguments, toolResult } from '../programs/payloads.mjs'

/**
 * `node bench/floor/run.mjs`: what recording the values of one agent turn must cost at least. Microseconds a turn, the
 * least of many runs.
 */
const LIMITS = { maxValueBytes: 2 ** 20, maxSpanBytes: 3 * 2 ** 20, maxDepth: 40 }
const RUNS = 300
const TURNS = 40

const turns = Array.from({ length: 8 }, () => [
  text(900),
  text(2200),
  ...[1, 2, 3].flatMap(() => [llmRequest(), llmResponse()]),
  ...[1, 2, 3, 4].flatMap(() => [toolArguments(), toolResult()]),
])

/** Reads every field and does nothing with it. */
function walk(value) {
  if (typeof value !== 'object' || value === null) return 1
  let count = 0
  if (Array.isArray(value)) for (let i = 0; i < value.length; i += 1) count += walk(value[i])
  else for (const key in value) count += walk(value[key])
  return count
}

const buffer = Buffer.allocUnsafeSlow(2 ** 20)
let at = 0

/** Writes names and texts one after the other, with nothing between them and no limit but the buffer's. */
function writeTexts(value) {
  if (typeof value === 'string') at += buffer.utf8Write(value, at)
  else if (Array.isArray(value)) for (let i = 0; i < value.length; i += 1) writeTexts(value[i])
  else if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      for (let i = 0; i < key.length; i += 1) buffer[at + i] = key.charCodeAt(i)
      at += key.length
      writeTexts(value[key])
    }
  }
}

async function captureOf(folder) {
  const outfile = join(folder, 'capture.mjs')
  const entry = join(import.meta.dirname, '..', '..', 'src', 'span', 'content', 'capture-content.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' })
  const { captureContent } = await import(pathToFileURL(outfile).href)
  return (value) => captureContent(value, { limits: LIMITS })
}

function least(record) {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run += 1) {
    const started = process.hrtime.bigint()
    for (let turn = 0; turn < TURNS; turn += 1) {
      at = 0
      for (const value of turns[turn % turns.length]) record(value)
    }
    best = Math.min(best, Number(process.hrtime.bigint() - started) / 1000 / TURNS)
  }
  return best.toFixed(1)
}

const folder = mkdtempSync(join(tmpdir(), 'turnspan-floor-'))
try {
  const capture = await captureOf(folder)
  const rows = [
    ['read every field', least(walk)],
    ['write names and texts alone', least(writeTexts)],
    ['turnspan: a protobuf value, bounded', least(capture)],
    ['`JSON.stringify`, as OpenTelemetry programs do', least(JSON.stringify)],
  ]
  process.stdout.write('| values of a turn | µs |\n|---|---:|\n')
  for (const [what, us] of rows) process.stdout.write(`| ${what} | ${us} |\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
