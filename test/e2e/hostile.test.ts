import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { flushTraces, type Span, SpanType, updateCurrentTrace, withSpan, withTool } from '../../src/index.ts'
import { fileBeside } from '../support/child.ts'
import { mlflowTraceId } from '../support/mlflow-read.ts'
import { mlflowPython } from '../support/mlflow-version.ts'
import { run } from '../support/run.ts'
import { type Poison, poisons } from './poison.ts'
import { delivered, mlflowUrl, named, reader, startTracing, tracingPerTest, treeOf } from './tracing.ts'

const said = tracingPerTest()

const healthy = (): Promise<string> =>
  withSpan(
    async (span) => {
      await withTool({ tool: 'healthy', arguments: { a: 1 } }, async () => ({ b: 2 }))
      return span.traceId
    },
    { name: 'healthy root', spanType: SpanType.CHAIN },
  )

/** The poison once on a root and once below one. */
const poisoned = ({ what, do: act }: Poison): string =>
  withSpan(
    (root: Span) => {
      withSpan((span) => act(span), { name: `below: ${what.slice(0, 50)}`, captureOutputs: false })
      act(root)
      return root.traceId
    },
    { name: `poison: ${what.slice(0, 50)}`, captureOutputs: false },
  )

/** Reads a trace as MLflow's page does, with a strict parser; gives how many spans it has. */
async function spansOnPage(traceId: string): Promise<number> {
  const artifact = await readJson(
    `/ajax-api/3.0/mlflow/get-trace-artifact?request_id=${mlflowTraceId(traceId)}`,
  )
  return (artifact as { spans: unknown[] }).spans.length
}

async function readJson(path: string): Promise<unknown> {
  const answer = await fetch(mlflowUrl + path)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 200)}`)
  return JSON.parse(text)
}

async function readByPython(traceIds: readonly string[]): Promise<Record<string, unknown>> {
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-hostile-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'ids.json'), JSON.stringify(traceIds.map(mlflowTraceId)))
  const script = fileBeside(import.meta.url, './read_traces.py')
  const { command, env } = await mlflowPython()
  const output = await run(command, [script, mlflowUrl, join(dir, 'ids.json')], { env })
  return JSON.parse(output) as Record<string, unknown>
}

test('no poison loses its batch or makes its trace unreadable', async () => {
  startTracing()
  const good = await healthy()
  const bad = poisons.map((poison) => ({ ...poison, traceId: poisoned(poison) }))
  const last = await healthy()
  const report = await flushTraces({ timeoutMs: 90_000 })
  // Names the guilty one, where there is one.
  expect(said.all.filter(({ level }) => level === 'error')).toEqual([])
  expect(report).toMatchObject({ queued: 0, rejected: 0, dropped: {} })
  expect(report.sent).toBeGreaterThanOrEqual(2 * bad.length + 4)
  for (const traceId of [good, last]) {
    expect(treeOf(await reader.spans(traceId))).toEqual(['healthy root CHAIN', '  tool:healthy TOOL'])
  }
  // The page asks one endpoint, the REST API and the Python client another, and they break on different values.
  const python = await readByPython(bad.map(({ traceId }) => traceId))
  const unreadable: string[] = []
  for (const { what, traceId } of bad) {
    const names = python[mlflowTraceId(traceId)]
    if (!Array.isArray(names) || names.length < 2) unreadable.push(`Python, ${what}: ${String(names)}`)
    const count = await spansOnPage(traceId).catch((error: Error) => error.message)
    if (typeof count === 'string' || count < 2) unreadable.push(`page, ${what}: ${count}`)
  }
  expect(unreadable).toEqual([])
}, 180_000)

test('a text of 50 MB is cut with a mark, and costs nobody else anything', async () => {
  startTracing()
  const text = 'long text 🚀 '.repeat(4_000_000)
  const good = await healthy()
  const bad = poisoned({
    what: '50 MB',
    do: (span) => {
      span
        .setInputs({ text, list: [text] })
        .setOutputs(text)
        .setAttribute('text', text)
      span.addEvent('event', { text })
      updateCurrentTrace({ tags: { text }, metadata: { text }, requestPreview: text })
    },
  })
  await delivered()
  expect(await spansOnPage(good)).toBe(2)
  expect(await reader.spansRaw(bad)).toHaveLength(2)
  const root = named(await reader.spans(bad), 'poison: 50 MB')
  const kept = (root.inputs as { text: string }).text
  expect(kept.length).toBeGreaterThan(1000)
  expect(kept.length).toBeLessThan(3_000_000)
  expect(JSON.stringify(root.attributes).length).toBeLessThan(4_000_000)
  expect(String(root.outputs)).toMatch(/^long text 🚀 .*\[.*\]/s)
}, 120_000)

test('what is hostile in a value is replaced, and the rest of it is kept', async () => {
  startTracing()
  const cycle: Record<string, unknown> = { name: 'loop' }
  cycle.self = cycle
  const traceId = withSpan(
    (span) => {
      span.setInputs({
        fine: [1, 'two'],
        cycle,
        big: 2n ** 70n,
        symbol: Symbol('s'),
        nan: Number.NaN,
        lone: 'a\ud800b',
        nul: 'a\0b',
        get broken(): unknown {
          throw new Error('getter')
        },
      })
      return span.traceId
    },
    { name: 'mixed' },
  )
  await delivered()
  expect(named(await reader.spans(traceId), 'mixed').inputs).toEqual({
    fine: [1, 'two'],
    cycle: { name: 'loop', self: expect.stringMatching(/^\[.*\]$/) },
    big: '1180591620717411303424',
    symbol: 'Symbol(s)',
    nan: 'NaN',
    lone: 'a\ufffdb',
    nul: expect.stringMatching(/^a.?b$/),
    broken: expect.stringMatching(/^\[.*\]$/),
  })
})
