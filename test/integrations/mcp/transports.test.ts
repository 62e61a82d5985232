import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { flushTraces, init, shutdown, withAgent } from '../../../src/index.ts'
import { instrumentMcp } from '../../../src/integrations/mcp/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { cleanEnv } from '../../support/run.ts'
import { until } from '../../support/until.ts'
import { callTool } from './calls.ts'
import { type HttpScene, perRequestHttp, serverSentEvents, streamableHttp } from './http.ts'
import { createClient } from './scene.ts'
import { type Anything, loadSdk, type Sdk, sdkCopies } from './sdk.ts'

const program = fileURLToPath(new URL('stdio-server.child.ts', import.meta.url))
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

describe.each(sdkCopies)('%s, %s', (set, format) => {
  let sdk: Sdk
  let undo: (() => void)[] = []
  beforeAll(async () => {
    sdk = await loadSdk(set, format)
  }, 180_000)
  beforeEach(() => {
    undo = sdk.modules.map((module) => instrumentMcp(module))
  })
  afterEach(async () => {
    await shutdown({ timeoutMs: 0 })
    for (const each of undo) each()
  })

  const tree = async (
    open: () => Promise<HttpScene>,
    use: (client: Anything) => Promise<unknown>,
  ): Promise<Anything> => {
    using traces = captureTraces()
    const scene = await open()
    await withAgent({ agent: 'a' }, () => use(scene.client))
    await traces.settled()
    await scene.close()
    return { text: traces.snapshot().trim(), spans: [...traces.spans], port: scene.port }
  }
  const echoTree = ['agent:a [AGENT]', '└─ echo [TOOL]', '   └─ tools/call echo [TASK]'].join('\n')
  const echo = (client: Anything): Promise<Anything> =>
    client.callTool({ name: 'echo', arguments: { text: 'hi' } })

  test('streamable HTTP carries the trace, and says where the server is', async () => {
    const { text, spans, port } = await tree(() => streamableHttp(sdk), echo)
    expect(text).toBe(echoTree)
    const [, client, server] = spans
    const network = { 'network.transport': 'tcp', 'network.protocol.name': 'http' }
    expect(client.attributes).toMatchObject({
      ...network,
      'server.address': '127.0.0.1',
      'server.port': port,
    })
    expect(server.attributes).toMatchObject(network)
    expect(client.attributes['mcp.session.id']).toMatch(/^[\da-f-]{36}$/)
    expect(server.attributes['mcp.session.id']).toBe(client.attributes['mcp.session.id'])
  })

  test('over HTTP the server asks back in the same trace', async () => {
    const { text } = await tree(
      () => streamableHttp(sdk),
      (client) => client.callTool({ name: 'asks', arguments: { text: 'you' } }),
    )
    expect(text).toMatch(
      /^agent:a.*\n└─ asks \[TOOL\]\n {3}└─ tools\/call asks \[TASK\]\n {6}├─ sampling\/createMessage/,
    )
    expect(text.match(/elicitation\/create/g)).toHaveLength(2)
  })

  test.each([
    ['nothing that is said in it to a stranger', false, undefined],
    ['what is said in it to a caller that is trusted', true, 'u-1'],
  ])('over HTTP a span that is open here gives its trace, and %s', async (_, trustIncoming, user) => {
    const seen: Anything[] = []
    const exporter = {
      export(spans: readonly Anything[], done: (result: { code: number }) => void): void {
        seen.push(...spans)
        done({ code: 0 })
      },
      shutdown: async () => {},
    }
    init({ exporters: [exporter], trustIncoming })
    const scene = await streamableHttp(sdk)
    await withAgent({ agent: 'a', user: 'u-1' }, () => echo(scene.client))
    await scene.close()
    await flushTraces()
    const [tool, handled] = ['echo', 'tools/call echo'].map((name) => seen.find((span) => span.name === name))
    expect(handled.spanContext().traceId).toBe(tool.spanContext().traceId)
    expect([tool.attributes['user.id'], handled.attributes['user.id']]).toEqual(['u-1', user])
  })

  if (set !== 'sdk-2')
    test('server-sent events carry the trace', async () => {
      const { text, spans } = await tree(() => serverSentEvents(sdk), echo)
      expect(text).toBe(echoTree)
      for (const span of spans.slice(1)) expect(span.attributes['network.transport']).toBe('tcp')
    })

  if (set === 'sdk-2')
    test('a call that is sent again with what the server asked for is one call', async () => {
      const register = (server: Anything): void => {
        const { inputRequired, acceptedContent } = sdk.all
        server.registerTool(
          'careful',
          { inputSchema: sdk.z.object({}) },
          async (_: Anything, context: Anything) => {
            const answer = acceptedContent(context.mcpReq.inputResponses, 'which')
            if (answer !== undefined) return { content: [{ type: 'text', text: `it is ${answer.one}` }] }
            const which = inputRequired.elicit({
              message: 'Which one?',
              requestedSchema: { type: 'object', properties: { one: { type: 'string' } } },
            })
            return inputRequired({ inputRequests: { which } })
          },
        )
      }
      const results: Anything[] = []
      const { text, spans } = await tree(
        () => perRequestHttp(sdk, register),
        async (client) => results.push(await client.callTool({ name: 'careful', arguments: {} })),
      )
      expect(results[0].content).toEqual([{ type: 'text', text: 'it is this' }])
      expect(text).toBe(
        [
          'agent:a [AGENT]',
          '└─ careful [TOOL]',
          '   ├─ tools/call careful [TASK]',
          '   ├─ elicitation/create [TASK]',
          '   └─ tools/call careful [TASK]',
        ].join('\n'),
      )
      expect(spans[1].attributes['mcp.protocol.version']).toBe('2026-07-28')
      expect(spans[1].outputs).toMatchObject({ content: [{ text: 'it is this' }] })
    })

  describe('a server on stdio', () => {
    let collector: OtlpHttpCollector
    let client: Anything
    let written = ''

    const connect = async (traced: boolean): Promise<void> => {
      written = ''
      const transport = new sdk.all.StdioClientTransport({
        command: process.execPath,
        args: ['--import', loader, program, set, format],
        env: cleanEnv({
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          SCENE_TRACED: String(traced),
        }),
        stderr: 'inherit',
      })
      client = createClient(sdk)
      const connected = client.connect(transport)
      const child = await until(() => transport._process, { what: 'the server process' })
      child.stdout.on('data', (chunk: Buffer) => {
        written += chunk.toString()
      })
      await connected
    }
    const spansNamed = (...names: string[]): Promise<DecodedSpan[]> =>
      until(
        () => {
          const found = names.map((name) => collector.spans().find((span) => span.name === name))
          return found.includes(undefined) ? undefined : (found as DecodedSpan[])
        },
        { what: names.join(', ') },
      )

    beforeEach(async () => {
      collector = await startOtlpHttp()
    })
    afterEach(async () => {
      await client.close()
      await collector.stop()
    })

    test('continues the trace of its client, and writes nothing but messages', {
      timeout: 60_000,
    }, async () => {
      init({ endpoint: collector.url, protocol: 'http/protobuf', captureContent: true, serviceName: 'asker' })
      await connect(true)
      const options = { onprogress: () => undefined }
      await withAgent({ agent: 'a' }, () =>
        callTool(client, sdk, { name: 'work', arguments: { text: 'hi' } }, options),
      )
      await flushTraces({ timeoutMs: 10_000 })
      const [agent, call, handled, deep] = await spansNamed('agent:a', 'work', 'tools/call work', 'tool:deep')
      const all = [agent, call, handled, deep]
      expect(new Set(all.map((span) => span?.traceId)).size).toBe(1)
      expect(all.map((span) => span?.parentSpanId)).toEqual([
        undefined,
        agent?.spanId,
        call?.spanId,
        handled?.spanId,
      ])
      expect(all.map((span) => span?.kind)).toEqual(['INTERNAL', 'CLIENT', 'SERVER', 'INTERNAL'])
      expect(all.map((span) => span?.attributes['mlflow.spanType'])).toEqual([
        'AGENT',
        'TOOL',
        'TASK',
        'TOOL',
      ])
      expect(all.map((span) => span?.resource['service.name'])).toEqual(['asker', 'asker', 'tools', 'tools'])
      for (const span of [call, handled]) expect(span?.attributes['network.transport']).toBe('pipe')
      const lines = written.trim().split('\n')
      expect(lines.length).toBeGreaterThan(1)
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
    })

    test('counts the call itself when its client is not traced', { timeout: 60_000 }, async () => {
      await connect(true)
      await echo(client)
      const [handled] = await spansNamed('echo')
      expect(handled).toMatchObject({ kind: 'SERVER', parentSpanId: undefined })
      expect(handled?.attributes['mlflow.spanType']).toBe('TOOL')
      expect(collector.spans().map(({ name }) => name)).toEqual(['echo'])
    })
  })
})
