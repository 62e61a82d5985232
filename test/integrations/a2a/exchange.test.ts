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
  { set: 'sdk-1-oldest', program: 'app.mjs', protocol: '1.0' },
  { set: 'sdk-1-newest', program: 'app.cjs', protocol: '1.0' },
  { set: 'sdk-1-newest', program: 'app.mjs', protocol: '0.3' },
])(
  'a client and its agent of $set, in $program, by protocol $protocol',
  {
    timeout: 120_000,
  },
  ({ set, program, protocol }) => {
    let app: BuiltApp
    let collector: OtlpHttpCollector
    let bare: NodeResult
    let traced: NodeResult
    let spans: readonly DecodedSpan[]
    const run = (env: Record<string, string>, nodeArgs: string[] = []): Promise<NodeResult> =>
      runNode(app.program(program), { cwd: app.dir, nodeArgs, env: { ...env, PROTOCOL: protocol } })
    beforeAll(async () => {
      app = await fixtureApp(fixture(set), programs)
      collector = await startOtlpHttp()
      bare = await run({})
      traced = await run(
        {
          TRACED: '1',
          TURNSPAN_CAPTURE_CONTENT: 'true',
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        },
        ['--import', 'turnspan/register'],
      )
      spans = collector.spans()
    }, 600_000)
    afterAll(async () => {
      await collector?.stop()
      await app?.remove()
    })
    const named = (name: string): DecodedSpan[] => spans.filter((span) => span.name === name)

    test('the program sees what it sees without turnspan', () => {
      expect(bare.code).toBe(0)
      const { code, stdout } = traced
      expect({ code, stdout: JSON.parse(stdout) }).toEqual({ code: 0, stdout: JSON.parse(bare.stdout) })
      expect(JSON.parse(stdout)).toMatchObject({
        stock: [3, '3 boxes, 1', ['x-a']],
        events: ['task', 'artifactUpdate', 'statusUpdate'],
        first: ['task'],
        hello: 'hello in c-1',
        failed: 4,
        refused: 7,
        again: 3,
      })
    })

    test('what the agent does stands below the message that asked for it', () => {
      const worked = ['> agent:warehouse', '> > execute warehouse', '> > > tool:count_boxes', '> > > chat']
      const answered = ['> agent:warehouse', '> > execute warehouse']
      expect(outline(spans)).toEqual([
        'agent:desk',
        ...[...worked, ...worked, ...worked],
        ...[...answered, ...answered, ...answered],
        '> agent:warehouse',
      ])
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
      expect(named('agent:warehouse').map(({ kind }) => kind)).toEqual(Array(7).fill('CLIENT'))
      expect(named('execute warehouse').map(({ kind }) => kind)).toEqual(Array(6).fill('SERVER'))
    })

    test('a message says what was asked and answered, of which task, and in which conversation', () => {
      const inOrder = named('agent:warehouse').toSorted((a, b) =>
        Number(a.startTimeUnixNano - b.startTimeUnixNano),
      )
      const [stock, stream, , hello, failed, refused, unreachable] = inOrder
      for (const span of [stock, stream]) {
        expect(span?.attributes).toMatchObject({
          'gen_ai.agent.name': 'warehouse',
          'gen_ai.agent.version': '2.1.0',
          'a2a.task.id': expect.any(String),
          'a2a.task.state': 'completed',
          'gen_ai.conversation.id': expect.any(String),
          'server.address': '127.0.0.1',
        })
        expect(saidIn(span)).toEqual(['stock', expect.stringMatching(/^3 boxes/)])
        expect(span?.status.code).toBe('OK')
      }
      expect(hello?.attributes['a2a.context.id']).toBe('c-1')
      expect(saidIn(hello)).toEqual(['hello', 'hello in c-1'])
      expect(failed).toMatchObject({ status: { code: 'ERROR' }, attributes: { 'error.type': 'failed' } })
      expect(refused).toMatchObject({
        status: { code: 'ERROR', message: 'I may not.' },
        attributes: { 'error.type': 'rejected' },
      })
      expect(unreachable?.status.code).toBe('ERROR')
      const served = named('execute warehouse')
      expect(served.filter(({ status }) => status.code === 'ERROR')).toHaveLength(2)
      expect(served.map((span) => saidIn(span)[0]).sort()).toEqual([
        'fail',
        'hello',
        'refuse',
        'stock',
        'stock',
        'stock',
      ])
      for (const { attributes } of spans.slice(-5)) expect(attributes).toHaveProperty('session.id')
    })

    test.runIf(program === 'app.cjs')('without capture nothing of what was said leaves', async () => {
      await using quiet = await startOtlpHttp()
      const env = {
        TRACED: '1',
        OTEL_EXPORTER_OTLP_ENDPOINT: quiet.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      }
      await run(env, ['--import', 'turnspan/register'])
      expect(outline(quiet.spans())).toEqual(outline(spans))
      const wire = Buffer.concat(quiet.requests.map(({ body }) => body)).toString('latin1')
      for (const said of ['stock', '3 boxes', 'How much', 'hello', 'refuse', 'I may not', 'shelf'])
        expect(wire).not.toContain(said)
    })
  },
)
