import { createHash } from 'node:crypto'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Report, Status } from '../../src/index.ts'
import { assembleApp, type BuiltApp } from '../support/built.ts'
import { cached } from '../support/cache.ts'
import { type NodeResult, type RunNodeOptions, runNode } from '../support/child.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'
import { type NodeLine, nodeBinary } from '../support/node-versions.ts'
import { run } from '../support/run.ts'

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url))

/** OpenTelemetry's lines, by the version of the SDK. */
export const sdkLines = ['otel-1', 'otel-2', 'otel-3'] as const

/** One of {@link sdkLines}. */
export type SdkLine = (typeof sdkLines)[number]

/** When the application registers its provider. */
export type Order = 'before' | 'after' | 'none'

/** The packages of an application of that line, exactly as its lock file says; installed once a machine. */
export async function modulesOf(line: SdkLine | 'otel-2-api-1.10'): Promise<string> {
  const lock = await readFile(join(fixtures, line, 'package-lock.json'))
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 8)
  const dir = await cached(`providers-${line}-${key}`, async (target) => {
    for (const name of ['package.json', 'package-lock.json']) {
      await cp(join(fixtures, line, name), join(target, name))
    }
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: target })
  })
  return join(dir, 'node_modules')
}

/** An application of that line with turnspan. `secondApi`: turnspan gets the API of that other line. */
export async function installApp(line: SdkLine, secondApi?: SdkLine): Promise<BuiltApp> {
  return assembleApp({
    modules: await modulesOf(line),
    ...(secondApi !== undefined && { secondApi: await modulesOf(secondApi) }),
    programs: [join(fixtures, 'programs'), join(fixtures, line)],
  })
}

/** A span as the application's own exporter has it. */
export interface OwnSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent: string | null
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly { readonly name: string; readonly attributes: object }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status: object
  readonly resource: Readonly<Record<string, unknown>>
  readonly scope: string
  readonly fields: readonly string[]
}

/** A span in either backend. */
export type SeenSpan = OwnSpan | DecodedSpan

/** What a program of the fixtures prints. */
export interface Outcome {
  /** What registering the application's provider gave. */
  readonly registered?: boolean
  readonly status?: Status
  readonly report: Report
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[]
  readonly own: readonly OwnSpan[]
  readonly stderr: string
}

/** How a program is run. */
export interface AppRun {
  readonly program?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** @defaultValue the Node that runs the tests, where the SDK takes it */
  readonly node?: NodeLine
  /** For `app.mjs`. */
  readonly settings?: {
    readonly sdk?: { readonly sampling?: boolean; readonly resource?: Readonly<Record<string, unknown>> }
    readonly init?: Readonly<Record<string, unknown>>
    readonly off?: boolean
    readonly early?: boolean
    readonly later?: boolean
  }
}

/** Runs a program of `app` that sends to `endpoint`, and gives what it printed: one line and nothing else. */
export async function runApp<T = Outcome>(
  app: BuiltApp,
  line: string,
  endpoint: string,
  { program = 'app.mjs', args = [], env = {}, settings = {}, node }: AppRun,
): Promise<T> {
  const options: RunNodeOptions = {
    cwd: app.dir,
    args,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      SETTINGS: JSON.stringify(settings),
      ...env,
    },
    ...((node !== undefined || line === 'otel-3') && { nodeBinary: await nodeBinary(node ?? 22) }),
  }
  const ended: NodeResult = await runNode(app.program(program), options)
  const lines = ended.stdout.split('\n')
  if (ended.code !== 0 || lines.length !== 2) {
    throw new Error(`${program} ended with ${ended.code ?? ended.signal}:\n${ended.stderr}${ended.stdout}`)
  }
  return { ...(JSON.parse(lines[0] ?? '') as object), stderr: ended.stderr } as T
}

/** Spans as `name < name of its parent`, sorted: the shape of a tree without its IDs. */
export function edges(
  spans: readonly {
    readonly name: string
    readonly spanId: string
    readonly parent?: string | null
    readonly parentSpanId?: string | undefined
  }[],
): string[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]))
  return spans
    .map((span) => {
      const parent = span.parent ?? span.parentSpanId
      return parent === undefined || parent === null
        ? span.name
        : `${span.name} < ${names.get(parent) ?? 'nobody'}`
    })
    .sort()
}

/** What must be the same in both backends: who a span is, and below whom it stands. */
export function identities(
  spans: readonly SeenSpan[],
): { name: string; traceId: string; spanId: string; parent: string | null }[] {
  return spans
    .map((span) => ({
      name: span.name,
      traceId: span.traceId,
      spanId: span.spanId,
      parent: ('parent' in span ? span.parent : span.parentSpanId) ?? null,
    }))
    .sort((a, b) => a.spanId.localeCompare(b.spanId))
}

/** The only span of that name. */
export function one<T extends { readonly name: string }>(spans: readonly T[], name: string): T {
  const found = spans.filter((span) => span.name === name)
  const [first] = found
  if (!first || found.length > 1) throw new Error(`${found.length} spans are named ${name}`)
  return first
}
