import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { edges, identities } from '../../providers/app.ts'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { nodeBinary } from '../../support/node-versions.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** A span as a processor of the neighbour's own provider sees it. */
interface SeenSpan {
  readonly name: string
  readonly scope: string
  readonly traceId: string
  readonly spanId: string
  readonly parent: string | null
}

interface Outcome {
  readonly said: string
  /** `undefined` where the neighbour has no provider of OpenTelemetry's SDK. */
  readonly seen?: readonly SeenSpan[]
  /** What a neighbour with a protocol of its own would send: names. */
  readonly sent?: readonly string[]
  readonly atRoot: boolean
  readonly report: object
  readonly diagnostics?: readonly string[]
  readonly code: number | null
}

let provider: Provider
let ours: OtlpHttpCollector
let theirs: OtlpHttpCollector
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider?.stop())
beforeEach(async () => {
  ours = await startOtlpHttp()
  theirs = await startOtlpHttp()
  return () => Promise.all([ours.stop(), theirs.stop()])
})

/** The turn as turnspan alone has it. */
const TURN = [
  'agent:planner',
  'chat gpt-4o < agent:planner',
  'lookup < agent:planner',
  'tool:search < lookup',
]
/** The same where spans of OpenTelemetry's API are the neighbour's alone. */
const APART = ['agent:planner', 'chat gpt-4o < agent:planner', 'tool:search < agent:planner']
/** With the neighbour's own span of the call, in the place of ours. */
const THEIRS = ['agent:planner', 'OpenAI Chat Completions < agent:planner', ...TURN.slice(2)]
/** Instrumentations of the client. */
const OF_OPENAI =
  /^(?:@arizeai\/openinference|@traceloop\/|@opentelemetry\/|@elastic\/opentelemetry-)-?instrumentation-openai$/
const REQUEST = 'POST < chat gpt-4o'

/** The tree that reaches turnspan; and the one without its integration of the client, where the neighbour has one too. */
const NEIGHBOURS = [
  { name: 'datadog', tree: TURN },
  { name: 'datadog', start: 'datadog-otel', tree: APART, code: 'TS_PROVIDER_UNKNOWN' },
  { name: 'sentry-10.78', tree: APART, code: 'TS_PROVIDER_UNKNOWN' },
  { name: 'langfuse', tree: TURN },
  { name: 'azure', tree: TURN },
  { name: 'edot', tree: [...TURN, REQUEST], once: [...TURN, REQUEST] },
  { name: 'auto', tree: [...TURN, REQUEST], once: [...TURN, REQUEST] },
  { name: 'openinference', tree: TURN, once: THEIRS },
  { name: 'openllmetry', tree: TURN, once: TURN },
] as const

interface Expected {
  /** Of the fixture. */
  readonly name: string
  /** What starts it, where that has another name. */
  readonly start?: string
  readonly tree: readonly string[]
  readonly once?: readonly string[]
  readonly code?: string
}

describe.each<Expected>(NEIGHBOURS)('beside $name $start', ({ name, start = name, tree, once, code }) => {
  let app: BuiltApp
  beforeAll(async () => {
    app = await fixtureApp(`${folder}/fixtures/${name}`, `${folder}/programs`)
  })
  afterAll(() => app?.remove())

  async function run(program: string, starts: readonly string[], init = {}): Promise<Outcome> {
    const ended = await runNode(app.program(program), {
      cwd: app.dir,
      nodeArgs: starts.flatMap((each) => ['--import', `./start/${each}.mjs`]),
      // The line 0.300 of OpenTelemetry's packages takes none below.
      nodeBinary: await nodeBinary(name === 'auto' ? 22 : 20),
      env: {
        OURS: ours.url,
        THEIRS: theirs.url,
        BASE_URL: `${provider.address('hello', name)}/v1`,
        INIT: JSON.stringify(init),
        // What is sent while the program runs is nobody's business, either.
        OTEL_BSP_SCHEDULE_DELAY: '1',
        OTEL_EXPORTER_OTLP_ENDPOINT: theirs.url,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_NODE_RESOURCE_DETECTORS: 'none',
      },
    })
    const lines = ended.stdout.split('\n')
    const result = lines.find((line) => line.startsWith('{"result"'))
    if (result === undefined) throw new Error(`${name}: ${ended.stderr}${ended.stdout}`)
    // What dd-trace writes in place of sending it.
    const written = lines.filter((line) => line.startsWith('{"traces"')).map((line) => JSON.parse(line))
    const sent = written.flatMap(({ traces }) => traces.flat().map((one: { name: string }) => one.name))
    return { ...(name === 'datadog' && { sent }), ...JSON.parse(result).result, code: ended.code }
  }

  /** What the neighbour has without turnspan. */
  const itsOwn = ({ seen, sent }: Outcome): readonly string[] =>
    (sent ?? (seen ?? []).filter(({ scope }) => scope !== 'turnspan').map((one) => one.name)).toSorted()

  /** By the JSON that Langfuse sends. */
  const received = (): string[] =>
    theirs.requests
      .flatMap(({ body }) => [
        ...Buffer.from(body)
          .toString()
          .matchAll(/"name":"([^"]+)","kind"/g),
      ])
      .map(([, found = '']) => found)
      .sort()

  /** Without the neighbour's own spans of calls that turnspan traces: what stands below one is below what is above it. */
  const onceEach = (seen: readonly SeenSpan[]): SeenSpan[] => {
    const left = seen.filter(({ scope }) => OF_OPENAI.test(scope))
    const above = new Map(left.map(({ spanId, parent }) => [spanId, parent]))
    return seen
      .filter((span) => !left.includes(span))
      .map((span) => ({ ...span, parent: above.get(span.parent ?? '') ?? span.parent }))
  }

  // Connections are made or kept, as servers and pools like it.
  const arrived = (): string[] => edges(ours.spans()).filter((edge) => !edge.startsWith('tcp.connect'))

  const alone = new Map<string, Promise<Outcome>>()
  it.each([
    ['openai.mjs', ['turnspan', start]],
    ['openai.mjs', [start, 'turnspan']],
    ['openai.cjs', ['turnspan', start]],
  ])('each side has its spans, in %s started by %j', async (program, starts) => {
    if (!alone.has(program)) alone.set(program, run(program, [start]))
    const bare = await alone.get(program)
    const both = await run(program, starts)
    expect(bare && itsOwn(bare)).toContain(name === 'datadog' ? 'openai.request' : 'lookup')
    expect(itsOwn(both)).toEqual(bare && itsOwn(bare))
    expect(arrived()).toEqual([...tree].sort())
    if (both.seen !== undefined) expect(identities(ours.spans())).toEqual(identities(onceEach(both.seen)))
    expect(both).toMatchObject({
      code: 0,
      said: bare?.said,
      atRoot: true,
      report: { sent: ours.spans().length, queued: 0, dropped: {} },
      diagnostics: code === undefined ? [] : [code],
    })
    if (name === 'langfuse') expect(received()).toEqual(['agent:planner', 'chat gpt-4o', 'tool:search'])
  })

  if (once === undefined) return
  it('the call is there once without our integration of the client', async () => {
    await run('openai.mjs', ['turnspan', name], { instrumentations: false })
    expect(arrived()).toEqual([...once].sort())
  })
})
