import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { content, outline } from '../../examples/run-example.ts'
import type { BuiltApp } from '../../support/built.ts'
import { type NodeResult, runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { fixtureApp, integrationFolders } from '../../support/integrations.ts'

const { fixture, programs } = integrationFolders(import.meta.url)

describe('agents behind AG-UI', { timeout: 120_000 }, () => {
  let app: BuiltApp
  let collector: OtlpHttpCollector
  let bare: NodeResult
  let traced: NodeResult
  let spans: readonly DecodedSpan[]
  beforeAll(async () => {
    app = await fixtureApp(fixture('client-1'), programs)
    collector = await startOtlpHttp()
    const run = (env: Record<string, string>, nodeArgs: string[] = []): Promise<NodeResult> =>
      runNode(app.program('app.mjs'), { cwd: app.dir, nodeArgs, env })
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

  test('the program sees what it sees without turnspan', () => {
    expect({ code: bare.code, stderr: bare.stderr }).toEqual({ code: 0, stderr: traced.stderr })
    expect(JSON.parse(traced.stdout)).toEqual(JSON.parse(bare.stdout))
    expect(JSON.parse(traced.stdout)[0]).toMatchObject({
      events: [
        'RUN_STARTED',
        'TEXT_MESSAGE_START',
        'TEXT_MESSAGE_CONTENT',
        'TEXT_MESSAGE_END',
        'RUN_FINISHED',
      ],
      newMessages: [{ role: 'assistant', content: '3 boxes, 1' }],
      headers: { 'x-a': '1' },
    })
  })

  test('a run is an agent with its thread as session, and what the server does stands below it', () => {
    expect(outline(spans)).toEqual([
      'agent:esm',
      '> tool:look',
      'agent:esm',
      '> tool:look',
      'agent:cjs',
      '> tool:look',
      'agent:cjs',
      '> tool:look',
    ])
    const agents = spans.filter(({ name }) => name.startsWith('agent:'))
    for (const { kind, name, attributes } of agents) {
      expect(kind).toBe('CLIENT')
      const threadId = `thread-${name.slice('agent:'.length)}`
      expect(attributes).toMatchObject({ 'session.id': threadId, 'gen_ai.conversation.id': threadId })
    }
    const [run, failed] = agents.toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
    expect(run && content(run)).toMatchObject({
      in: [{ role: 'user', parts: [{ content: 'stock' }] }],
      out: [{ role: 'assistant', parts: [{ content: '3 boxes, 1' }] }],
    })
    expect(failed?.status).toMatchObject({ code: 'ERROR', message: expect.stringContaining('shelf') })
  })
})
