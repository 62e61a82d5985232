import type { BuiltApp } from './built.ts'
import { type NodeResult, runNode } from './child.ts'
import type { OtlpHttpCollector } from './collector.ts'
import type { DecodedSpan } from './decoded-span.ts'
import { type NodeLine, nodeBinary } from './node-versions.ts'
import type { Provider } from './provider/server.ts'

/** One way of running the probes of a library. */
export interface ProbeRun {
  readonly app: BuiltApp
  readonly provider: Provider
  /** As it is imported. */
  readonly library: string
  readonly node: NodeLine
  readonly modules: 'esm' | 'cjs'
  /** Whether turnspan starts before or after the library is loaded. @defaultValue `before` */
  readonly order?: 'before' | 'after'
  /** Further options of `init`. */
  readonly init?: Readonly<Record<string, unknown>>
  /** What else the probes read of `PROBING`. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** The file with the probes. @defaultValue `./probes.mjs` */
  readonly program?: string
  /** Kills it after this long. @defaultValue 120000 */
  readonly timeoutMs?: number
  /** Only these. */
  readonly only?: readonly string[]
}

/** What one probe observed. */
export interface Observed {
  /** The library of this version has no such call. */
  readonly absent?: true
  readonly value?: unknown
  readonly error?: unknown
  readonly notes?: readonly (readonly unknown[])[]
}

/** What a run of the probes brought. */
export interface Probed {
  readonly results: Readonly<Record<string, Observed>>
  /** What each sent, without what no two runs have in common. */
  readonly sent: Readonly<Record<string, readonly unknown[]>>
  readonly stderr: string
}

let count = 0

/** Runs the probes in a process of their own; with a collector, under turnspan. */
export async function runProbes(run: ProbeRun, collector?: OtlpHttpCollector): Promise<Probed> {
  const name = `run${count++}`
  const settings = {
    ...run.settings,
    run: name,
    provider: run.provider.url,
    library: run.library,
    only: run.only,
    program: run.program,
    ...(collector && {
      traced: run.order ?? 'before',
      init: {
        endpoint: `${collector.url}/v1/traces`,
        protocol: 'http/protobuf',
        captureContent: true,
        contentKeys: 'mlflow',
        ...run.init,
      },
    }),
  }
  const ended = await runNode(run.app.program(run.modules === 'esm' ? 'main.mjs' : 'main.cjs'), {
    cwd: run.app.dir,
    nodeArgs: ['--expose-gc'],
    nodeBinary: await nodeBinary(run.node),
    env: { PROBING: JSON.stringify(settings) },
    timeoutMs: run.timeoutMs ?? 120_000,
  })
  const { results } = outputOf(ended, name)
  const sent = Object.fromEntries(
    Object.keys(results).map((probe) => [probe, run.provider.requests(`${name}.${probe}`).map(comparable)]),
  )
  return { results, sent, stderr: ended.stderr.replaceAll(/\(node:\d+\)|rejection id: \d+/g, '(node)') }
}

function outputOf(ended: NodeResult, name: string): { results: Record<string, Observed> } {
  const lines = ended.stdout.split('\n')
  if (ended.code !== 0 || lines.length !== 2) {
    throw new Error(
      `The probes ended with ${ended.code ?? ended.signal}:\n${ended.stderr}\n${ended.stdout.slice(0, 4000)}`,
    )
  }
  // Errors of some clients have the address of their request, in which no two runs are the same.
  return JSON.parse((lines[0] ?? '').replaceAll(`/${name}.`, '/run.')) as {
    results: Record<string, Observed>
  }
}

/** A request without what no two runs have in common. */
function comparable(request: ReturnType<Provider['requests']>[number]): unknown {
  const { method, path, headers, body, aborted } = request
  const { host: _host, ...rest } = headers
  // Of a form with files the boundary differs, which is as long each time.
  const type = rest['content-type']?.replace(/boundary=.*$/, 'boundary')
  return {
    method,
    path,
    headers: { ...unsigned(rest), ...(type !== undefined && { 'content-type': type }) },
    body,
    aborted,
  }
}

/** Headers of AWS's clients without what the time and chance of a request make of them; which are signed, stays. */
function unsigned(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (headers['x-amz-date'] === undefined) return headers
  const { 'amz-sdk-invocation-id': _id, 'x-amz-date': _date, authorization = '', ...rest } = headers
  const request = rest['amz-sdk-request']?.replace(/ttl=\w+; /, '')
  return {
    ...rest,
    authorization: authorization.replace(/\/\d{8}\//, '/').replace(/Signature=\w+/, ''),
    ...(request !== undefined && { 'amz-sdk-request': request }),
  }
}

/** The spans below the one of a probe, by the name of the probe; the probe's own left out. */
export function spansByProbe(spans: readonly DecodedSpan[]): ReadonlyMap<string, readonly DecodedSpan[]> {
  const roots = new Map(
    spans
      .filter(({ name }) => name.startsWith('probe:'))
      .map(({ traceId, name }) => [traceId, name.slice('probe:'.length)]),
  )
  const found = new Map<string, DecodedSpan[]>([...roots.values()].map((name) => [name, []]))
  for (const span of spans) {
    if (!span.name.startsWith('probe:')) found.get(roots.get(span.traceId) ?? '')?.push(span)
  }
  for (const list of found.values()) list.sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
  return found
}

/** Spans as lines: depth by blanks, then name, type and status. */
export function treeOf(spans: readonly DecodedSpan[]): string[] {
  const known = new Map(spans.map((span) => [span.spanId, span]))
  const lines: string[] = []
  const write = (span: DecodedSpan, depth: number): void => {
    lines.push(
      `${'  '.repeat(depth)}${span.name} ${String(span.attributes['mlflow.spanType'])} ${span.status.code}`,
    )
    for (const child of spans) if (child.parentSpanId === span.spanId) write(child, depth + 1)
  }
  for (const span of spans)
    if (span.parentSpanId === undefined || !known.has(span.parentSpanId)) write(span, 0)
  return lines
}
