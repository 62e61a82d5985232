import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, inject } from 'vitest'
import {
  type Diagnostic,
  flushTraces,
  type InitOptions,
  init,
  onDiagnostic,
  type Report,
  shutdown,
} from '../../src/index.ts'
import { type MlflowReader, type MlflowSpan, mlflowReader } from '../support/mlflow-read.ts'

/** The server that the end-to-end tests share. */
export const mlflowUrl: string = inject('mlflowUrl')
export const reader: MlflowReader = mlflowReader(mlflowUrl)

/** What turnspan said during the running test. */
export interface Said {
  readonly all: readonly Diagnostic[]
  codes(): string[]
  /** The first diagnostic with that code. */
  find(code: string): Diagnostic | undefined
}

/** Call once per file: listens to diagnostics during each test, and ends tracing after it. */
export function tracingPerTest(): Said {
  const all: Diagnostic[] = []
  let stop: (() => void) | undefined
  beforeEach(() => {
    all.length = 0
    stop = onDiagnostic((diagnostic) => all.push(diagnostic))
  })
  afterEach(async () => {
    // What a test wanted to arrive it has waited for.
    await shutdown({ timeoutMs: 0 })
    stop?.()
  })
  return {
    all,
    codes: () => all.map(({ code }) => code),
    find: (code) => all.find((each) => each.code === code),
  }
}

/** A name that no other experiment has. */
export const freshName = (what: string): string => `${what} ${randomUUID()}`

/** Starts tracing with content, into an experiment of its own on the shared server; gives the experiment's name. */
export function startTracing(options: InitOptions = {}): string {
  const experimentName = freshName('e2e')
  const status = init({ trackingUri: mlflowUrl, captureContent: true, experimentName, ...options })
  expect(status).toMatchObject({ enabled: true })
  return experimentName
}

/** Sends everything, and proves that nothing was lost or is left. */
export async function delivered(): Promise<Report> {
  const report = await flushTraces({ timeoutMs: 40_000 })
  expect(report).toMatchObject({ queued: 0, spooled: 0, rejected: 0, dropped: {} })
  return report
}

/** ID of the experiment that was found or made under `name`. */
export async function experimentIdOf(name: string): Promise<string> {
  const experiment = await reader.experimentByName(name)
  if (experiment === undefined) throw new Error(`There is no experiment "${name}".`)
  return experiment.experiment_id
}

/** What the page's Overview counts of an experiment's calls of tools: `name status count`, sorted. */
export async function toolCounts(experimentName: string): Promise<string[]> {
  const now = Date.now()
  const points = await reader.metrics({
    experiment_ids: [await experimentIdOf(experimentName)],
    view_type: 'SPANS',
    metric_name: 'span_count',
    aggregations: [{ aggregation_type: 'COUNT' }],
    dimensions: ['span_name', 'span_status'],
    filters: ['span.type = "TOOL"'],
    start_time_ms: now - 3_600_000,
    end_time_ms: now + 60_000,
  })
  return points
    .map(({ dimensions, values }) => `${dimensions.span_name} ${dimensions.span_status} ${values.COUNT}`)
    .sort()
}

/** What is stored of a root whose input was `text`. */
export const asked = (text: string): object => ({ messages: [{ role: 'user', content: text }] })

/** The span of that name. */
export function named(spans: readonly MlflowSpan[], name: string): MlflowSpan {
  const found = spans.filter((span) => span.name === name)
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`${found.length} spans are named "${name}": ${spans.map((span) => span.name).join(', ')}`)
  }
  return found[0]
}

/** The tree as text: names with type, indented below their parents, siblings by start. */
export function treeOf(spans: readonly MlflowSpan[]): string[] {
  const known = new Set(spans.map((span) => span.spanId))
  const byStart = [...spans].sort((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1))
  const below = (parent: string | undefined, depth: number): string[] =>
    byStart
      .filter((span) => parentIn(span, known) === parent)
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name} ${span.type}`, ...below(span.spanId, depth + 1)])
  return below(undefined, 0)
}

const parentIn = (span: MlflowSpan, known: ReadonlySet<string>): string | undefined =>
  span.parentSpanId !== undefined && known.has(span.parentSpanId) ? span.parentSpanId : undefined
