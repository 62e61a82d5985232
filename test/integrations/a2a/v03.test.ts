import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outline } from '../../examples/run-example.ts'
import type { BuiltApp } from '../../support/built.ts'
import { type NodeResult, runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { fixtureApp, integrationFolders } from '../../support/integrations.ts'
import { saidIn } from './said-in.ts'

const { fixture, programs } = integrationFolders(import.meta.url)

describe.each([
  { set: 'sdk-0.3-oldest', program: 'v03-app.cjs' },
  { set: 'sdk-0.3-newest', program: 'v03-app.mjs' },
])('clients and their agent of $set, in $program', { timeout: 120_000 }, ({ set, program }) => {
  let app: BuiltApp
  let collector: OtlpHttpCollector
  let bare: NodeResult
  let traced: NodeResult
  let spans: readonly DecodedSpan[]
  const run = (to?: OtlpHttpCollector, env: Record<string, string> = {}): Promise<NodeResult> =>
    runNode(app.program(program), {
      cwd: app.dir,
      nodeArgs: to ? ['--import', 'turnspan/register'] : [],
      env: to
        ? {
            TRACED: '1',
            OTEL_EXPORTER_OTLP_ENDPOINT: to.url,
            OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
            ...env,
          }
        : {},
    })
  beforeAll(async () => {
    app = await fixtureApp(fixture(set), programs)
    collector = await startOtlpHttp()
    ;[bare, traced] = await Promise.all([run(), run(collector, { TURNSPAN_CAPTURE_CONTENT: 'true' })])
    spans = collector.spans()
  }, 600_000)
  afterAll(async () => {
    await collector?.stop()
    await app?.remove()
  })
  const inOrder = (name: string): DecodedSpan[] =>
    spans
      .filter((span) => span.name === name)
      .toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))

  test('the program sees what it sees without turnspan', () => {
    expect(bare.code).toBe(0)
    const { code, stdout } = traced
    expect({ code, stdout: JSON.parse(stdout) }).toEqual({ code: 0, stdout: JSON.parse(bare.stdout) })
    expect(JSON.parse(stdout)).toMatchObject({
      newer: {
        stock: ['completed', '3 boxes'],
        events: ['task', 'artifact-update', 'status-update'],
        hello: 'hello in c-1',
        refused: 'rejected',
        again: 'completed',
      },
      older: { stock: [1, 'completed', '3 boxes'], first: ['task'], unknown: expect.any(Number) },
      plainly: 'hello in c-2',
    })
  })

  test('what the agent does stands below the message that asked for it, and beside that of nobody', () => {
    const worked = ['> agent:warehouse', '> > execute warehouse', '> > > tool:count_boxes']
    const answered = worked.slice(0, 2)
    expect(outline(spans)).toEqual([
      'agent:desk',
      ...[...worked, ...worked],
      ...[...answered, ...answered],
      ...[...worked, ...worked],
      ...answered,
      ...['> agent:warehouse', '> agent:warehouse'],
      'agent:warehouse',
    ])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2)
  })

  test('a message says what was asked and answered, and how it went', () => {
    const [stock, stream, hello, refused, older, , failed, unknown, unreachable] = inOrder('agent:warehouse')
    for (const span of [stock, stream, older]) {
      expect(span).toMatchObject({
        kind: 'CLIENT',
        status: { code: 'OK' },
        attributes: {
          'gen_ai.agent.name': 'warehouse',
          'gen_ai.agent.version': '2.1.0',
          'a2a.protocol.version': '0.3.0',
          'a2a.task.id': expect.any(String),
          'a2a.task.state': 'completed',
          'gen_ai.conversation.id': expect.any(String),
          'server.address': '127.0.0.1',
        },
      })
      expect(saidIn(span)).toEqual(['stock', '3 boxes'])
    }
    expect(hello?.attributes['a2a.context.id']).toBe('c-1')
    expect(saidIn(hello)).toEqual(['hello', 'hello in c-1'])
    expect(refused).toMatchObject({
      status: { code: 'ERROR', message: 'I may not.' },
      attributes: { 'error.type': 'rejected' },
    })
    expect(failed?.status.code).toBe('ERROR')
    const code = String(JSON.parse(bare.stdout).older.unknown)
    expect(unknown).toMatchObject({ status: { code: 'ERROR' }, attributes: { 'error.type': code } })
    expect(unreachable?.status.code).toBe('ERROR')
    const served = inOrder('execute warehouse')
    expect(served.map(({ kind }) => kind)).toEqual(Array(7).fill('SERVER'))
    expect(served.filter(({ status }) => status.code === 'ERROR')).toHaveLength(2)
  })

  test('without capture nothing of what was said leaves', async () => {
    await using quiet = await startOtlpHttp()
    await run(quiet)
    expect(outline(quiet.spans())).toEqual(outline(spans))
    const wire = Buffer.concat(quiet.requests.map(({ body }) => body)).toString('latin1')
    for (const said of ['stock', '3 boxes', 'How much', 'hello', 'refuse', 'I may not', 'shelf'])
      expect(wire).not.toContain(said)
  })
})
