/**
 * Encoding one batch of 512 spans: turnspan's encoder against OpenTelemetry's serialiser, which write the same bytes
 * (of native values the same messages: ours take two bytes for lengths that may be short).
 * Ours starts from ended spans and decides about each attribute on the way; the serialiser is given finished
 * attributes, but for one row. Contenders take turns in every round, in a random order, and × is the median over the
 * rounds of the ratio to the serialiser in the same round. Times are CPU of the process, garbage collection included.
 *
 *   node bench/encode/encode.mjs [--rounds 41] [--only ASCII]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { build } from 'esbuild'
import { ALPHABETS, agentSpans, textSpans } from './spans.mjs'

const SPANS = 512
const REFERENCE = 'otlp-transformer'
const OURS = 'turnspan'
const MLFLOW = { contentKeys: 'mlflow', legacySemconv: false, mlflow: true }
const OTHER = { contentKeys: 'gen_ai', legacySemconv: false, mlflow: false }
const RESOURCE = Object.freeze({
  'service.name': 'travel',
  'service.version': '1.4.2',
  'deployment.environment.name': 'production',
  'telemetry.sdk.name': 'turnspan',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.version': '0.1.0',
})

async function subject() {
  const folder = mkdtempSync(join(tmpdir(), 'turnspan-bench-'))
  const outfile = join(folder, 'subject.mjs')
  const entry = fileURLToPath(new URL('./subject.ts', import.meta.url))
  try {
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
      },
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function contenders(code, spans, options) {
  const { encodeRecord, encodeRequest, forEachWireAttribute, readableSpan, resourceLike } = code
  const resource = resourceLike(RESOURCE)
  const { scope } = spans[0]
  const readable = () =>
    spans.map((span) => ({ ...readableSpan(span, resource, options), instrumentationScope: scope }))
  const made = readable()
  const texts = textsOf(made.map((span) => span.attributes))
  const floor = Buffer.allocUnsafeSlow(16 * 1024 * 1024)
  return {
    [REFERENCE]: () => ProtobufTraceSerializer.serializeRequest(made),
    [OURS]: () => encodeRequest(spans, RESOURCE, options),
    'turnspan, span by span': () => {
      let bytes = 0
      for (const span of spans) bytes += encodeRecord(span, RESOURCE, options).length
      return bytes
    },
    'of it, deciding about attributes': () => {
      let seen = 0
      const see = (key) => {
        seen += key.length
      }
      const sink = { write: see, writeContent: see, writeJson: see }
      for (const span of spans) forEachWireAttribute(span, options, sink)
      return seen
    },
    'otlp-transformer, attributes mapped as ours are': () =>
      ProtobufTraceSerializer.serializeRequest(readable()),
    'floor: Buffer.write of keys and texts alone': () => {
      let at = 0
      for (const text of texts) at += floor.write(text, at, 'utf8')
      return at
    },
  }
}

/** `span` as it is when it has ended: what it was given are bytes by then. */
function captured({ agent, ...span }, snapshotOf) {
  const { inputs, outputs, ...said } = agent
  return Object.freeze({
    ...span,
    agent: { ...said, inputs: snapshotOf(inputs), outputs: snapshotOf(outputs) },
  })
}

function textsOf(value) {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : [key]),
    ...textsOf(inner),
  ])
}

function measure(runs, rounds) {
  const names = Object.keys(runs)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -5; round < rounds; round += 1) {
    for (const name of names.toSorted(() => Math.random() - 0.5)) {
      const start = process.cpuUsage()
      runs[name]()
      const { user, system } = process.cpuUsage(start)
      const us = user + system
      // The first rounds are for the compiler.
      if (round >= 0) times[name].push(us)
    }
  }
  return times
}

function report(alphabet, times, bytes) {
  console.log(`\n${alphabet}: ${SPANS} spans, ${(bytes / 1e6).toFixed(2)} MB, Node ${process.version}`)
  console.log('| encoder | µs/batch median | min | µs/span | × median | × p10–p90 | MB/s |')
  console.log('|---|---:|---:|---:|---:|---:|---:|')
  for (const [name, taken] of Object.entries(times)) {
    const ratios = taken.map((us, round) => us / times[REFERENCE][round])
    const us = quantile(taken, 0.5)
    const cells = [
      name,
      us.toFixed(0),
      Math.min(...taken).toFixed(0),
      (us / SPANS).toFixed(2),
      quantile(ratios, 0.5).toFixed(3),
      `${quantile(ratios, 0.1).toFixed(3)}–${quantile(ratios, 0.9).toFixed(3)}`,
      (bytes / us).toFixed(0),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}

function compare(code, title, spans, options) {
  const runs = contenders(code, spans, options)
  const [ours, theirs] = [runs[OURS](), runs[REFERENCE]()]
  if (options !== MLFLOW && Buffer.compare(ours, theirs) !== 0)
    throw new Error('the encoders do not write the same bytes')
  report(title, measure(runs, Number(values.rounds ?? 41)), ours.length)
}

const { values } = parseArgs({ options: { rounds: { type: 'string' }, only: { type: 'string' } } })
const code = await subject()
for (const [name, alphabet] of Object.entries(ALPHABETS)) {
  if (values.only !== undefined && values.only !== name) continue
  const made = agentSpans(SPANS, alphabet)
  compare(code, `${name}, JSON text in attributes`, textSpans(made), OTHER)
  const spans = made.map((span) => captured(span, code.snapshotOf))
  compare(code, `${name}, native values to MLflow`, spans, MLFLOW)
  compare(code, `${name}, the conventions' JSON text to other targets`, spans, OTHER)
}
