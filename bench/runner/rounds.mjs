import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { checkTrees } from './trees.mjs'

const LONGEST_MS = 300_000

/** Runs a workload: each round measures every contender once, in an order of its own. Gives what each round measured. */
export async function runRounds({ name, workload, contenders, rounds, size, sink, sandbox }) {
  const results = []
  for (let round = 0; round < rounds; round += 1) {
    const measured = {}
    process.stderr.write(`${name}, round ${round + 1} of ${rounds}\n`)
    for (const contender of shuffled(contenders)) {
      measured[contender.name] = await measure({ name, workload, contender, size, sink, sandbox })
    }
    results.push(measured)
  }
  return results
}

/** One contender in one round: all runs of the workload, and what the sink saw of them. */
async function measure({ name, workload, contender, size, sink, sandbox }) {
  const dir = sandbox.app(contender)
  const figures = {}
  for (const { params, nodeArgs = [] } of workload.runs) {
    await sink.reset()
    const spool = contender.options?.spool && mkdtempSync(join(tmpdir(), 'turnspan-bench-spool-'))
    const options = { ...contender.options, ...contender[name], ...(spool && { spool }) }
    const job = {
      workload: workload.program ?? name,
      program: contender.program,
      endpoint: sink.endpoint,
      options,
      ...params[size],
    }
    const result = await runChild(dir, nodeArgs, job)
    if (spool) rmSync(spool, { recursive: true, force: true })
    if (result.failed || result.unavailable) return result
    Object.assign(figures, result, seenBySink(await sink.report(name === 'conversation'), result, contender))
  }
  return figures
}

function seenBySink(
  { spans, requests, wireBytes, gzippedBytes, longest },
  { spans: made, wallMs },
  { kind },
) {
  if (kind === 'floor' || kind === 'off') return {}
  if (made === undefined) return { longest }
  const delivered = spans.length
  return {
    delivered,
    lostPercent: Math.max(0, (1 - delivered / made) * 100),
    requests,
    sentKb: wireBytes / 1000,
    gzippedKb: gzippedBytes / 1000,
    wireKb: ((wireBytes / Math.max(1, delivered)) * 8) / 1000,
    spansPerS: wallMs && (delivered / wallMs) * 1000,
    ...checkTrees(spans),
  }
}

async function runChild(cwd, nodeArgs, job) {
  const child = spawn(process.execPath, [...nodeArgs, 'child.mjs', JSON.stringify(job)], {
    cwd,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  const [printed, errors] = await Promise.all([text(child.stdio[3]), text(child.stderr)])
  clearTimeout(timer)
  if (printed !== '') return JSON.parse(printed)
  process.stderr.write(`\n${job.program} in ${job.workload} failed:\n${errors.slice(-2000)}\n`)
  return { failed: true }
}

/** Without the variables that configure any of the contenders, certificates among them: the sink speaks plain HTTP. */
function cleanEnvironment() {
  const foreign =
    /^(OTEL|MLFLOW|TURNSPAN|LANGFUSE|LANGSMITH|LANGCHAIN|TRACELOOP|LOGFIRE|BRAINTRUST|DD_|DATADOG|NODE_OPTIONS|SSL_CERT_|REQUESTS_CA_)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

function shuffled(list) {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[out[i], out[j]] = [out[j], out[i]]
  }
  return out
}
