import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  flushTraces,
  type Span,
  SpanType,
  stats,
  updateCurrentTrace,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { fileBeside } from '../support/child.ts'
import { mlflowPython } from '../support/mlflow.ts'
import { mlflowTraceId } from '../support/mlflow-read.ts'
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

/** Reads a trace by both ways that MLflow has for its page, with a strict parser, and checks that they work. */
async function readable(traceId: string): Promise<void> {
  const id = mlflowTraceId(traceId)
  const artifact = await readJson(`/ajax-api/3.0/mlflow/get-trace-artifact?request_id=${id}`)
  const stored = await readJson(`/api/3.0/mlflow/traces/get?trace_id=${id}`)
  const { spans } = artifact as { spans: unknown[] }
  const { trace } = stored as { trace: { trace_info: { state: string }; spans: unknown[] } }
  // Of numbers, for an assertion on the spans would print megabytes each time.
  expect(spans.length).toBeGreaterThanOrEqual(2)
  expect(trace.spans.length).toBe(spans.length)
  expect(trace.trace_info.state).toMatch(/^(OK|ERROR)$/)
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
  return JSON.parse(await run(await mlflowPython(), [script, mlflowUrl, join(dir, 'ids.json')])) as Record<
    string,
    unknown
  >
}

test('no poison loses a batch or makes a trace unreadable', async () => {
  startTracing()
  const failures: string[] = []
  const traceIds: string[] = []
  for (const poison of poisons) {
    try {
      const good = await healthy()
      const bad = poisoned(poison)
      traceIds.push(bad)
      const { rejected: before, dropped } = stats()
      const after = await flushTraces({ timeoutMs: 20_000 })
      expect(after).toMatchObject({ queued: 0, rejected: before, dropped })
      expect(named(await reader.spans(good), 'tool:healthy')).toMatchObject({
        inputs: { a: 1 },
        outputs: { b: 2 },
        status: { code: 'OK' },
      })
      await readable(bad)
    } catch (error) {
      failures.push(`${poison.what}: ${(error as Error).message.slice(0, 300)}`)
    }
  }
  expect(failures).toEqual([])
  expect(said.codes().filter((code) => /REJECTED|LOST|FAILED/.test(code))).toEqual([])
  const found = await readByPython(traceIds)
  const unread = Object.entries(found).filter(([, names]) => !Array.isArray(names) || names.length < 2)
  expect(unread).toEqual([])
}, 120_000)

test('all poisons at once lose nothing', async () => {
  startTracing()
  const good = await healthy()
  const bad = poisons.map(poisoned)
  await delivered()
  expect(treeOf(await reader.spans(good))).toEqual(['healthy root CHAIN', '  tool:healthy TOOL'])
  const last = bad.at(-1) ?? ''
  await readable(last)
  expect(stats().sent).toBeGreaterThanOrEqual(2 * bad.length)
}, 120_000)

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
  await readable(good)
  await readable(bad)
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
