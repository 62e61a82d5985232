import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withAgent, withSpan, withTool } from '../../../src/index.ts'
import { instrumentMcp } from '../../../src/integrations/mcp/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'
import { callTool, nextTurn } from './calls.ts'
import { openScene, type Scene } from './scene.ts'
import { type Anything, loadSdk, type Sdk, sdkCopies } from './sdk.ts'

describe.each(sdkCopies)('%s, %s', (set, format) => {
  let sdk: Sdk
  let scene: Scene
  let traces: CapturedTraces
  let undo: (() => void)[] = []
  let onWork: (input: Anything, context: Anything) => Anything = () => 'worked'
  const echo = (text = 'hi'): Anything => scene.client.callTool({ name: 'echo', arguments: { text } })
  const inAgent = <T>(fn: () => Promise<T>): Promise<T> => withAgent({ agent: 'a' }, fn)
  const tree = async (): Promise<string> => {
    await traces.settled()
    return traces.snapshot().trim()
  }
  const tools = (): string[] => traces.findAll({ type: 'TOOL' }).map(({ name }) => name)

  beforeAll(async () => {
    sdk = await loadSdk(set, format)
  }, 180_000)
  beforeEach(async () => {
    undo = sdk.modules.map((module) => instrumentMcp(module))
    traces = captureTraces()
    scene = await openScene(sdk, {
      work: (input, context) => onWork(input, context),
      onSampling: () => withSpan(() => 'text', { name: 'answer' }),
    })
  })
  afterEach(async () => {
    await scene.close()
    traces.stop()
    for (const each of undo) each()
  })

  test('a call is one TOOL span with the handling of the server below it', async () => {
    await inAgent(() => echo())
    expect(await tree()).toBe(
      ['agent:a [AGENT]', '└─ echo [TOOL]', '   └─ tools/call echo [TASK]'].join('\n'),
    )
    const common = {
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'echo',
      'gen_ai.operation.name': 'execute_tool',
      'jsonrpc.request.id': '1',
    }
    const [client, server] = [traces.get({ name: 'echo' }), traces.get({ name: 'tools/call echo' })]
    expect(client.attributes).toMatchObject({ ...common, 'mcp.server.name': 'scene' })
    expect(server.attributes).toMatchObject({ ...common, 'mcp.client.name': 'asker' })
    expect(client.attributes['mcp.protocol.version']).toMatch(/^20\d\d-\d\d-\d\d$/)
    expect(server.attributes['mcp.protocol.version']).toBe(client.attributes['mcp.protocol.version'])
    for (const span of [client, server]) {
      expect(span.inputs).toEqual({ text: 'hi' })
      expect(span.outputs).toMatchObject({ content: [{ type: 'text', text: 'hi' }] })
      expect(span.status).toEqual({ code: 'OK' })
    }
    expect(server.startTime).toBeGreaterThanOrEqual(client.startTime)
    expect(server.endTime).toBeLessThanOrEqual(client.endTime)
  })

  test('a call outside of any trace makes one of its own', async () => {
    await echo()
    expect(await tree()).toBe(['echo [TOOL]', '└─ tools/call echo [TASK]'].join('\n'))
  })

  test('spans of the handler stand below the span of the server', async () => {
    onWork = () => withSpan(() => withTool({ tool: 'inner' }, async () => 1), { name: 'step' })
    await inAgent(() => scene.client.callTool({ name: 'work', arguments: { text: '' } }))
    expect(await tree()).toBe(
      [
        'agent:a [AGENT]',
        '└─ work [TOOL]',
        '   └─ tools/call work [TASK]',
        '      └─ step [UNKNOWN]',
        '         └─ tool:inner [TOOL]',
      ].join('\n'),
    )
  })

  test('what the server asks of the client stands in the same trace', async () => {
    await inAgent(() => scene.client.callTool({ name: 'asks', arguments: { text: 'you' } }))
    expect(await tree()).toBe(
      [
        'agent:a [AGENT]',
        '└─ asks [TOOL]',
        '   └─ tools/call asks [TASK]',
        '      ├─ sampling/createMessage [TASK]',
        '      │  └─ sampling/createMessage [TASK]',
        '      │     └─ answer [UNKNOWN]',
        '      ├─ roots/list [TASK]',
        '      │  └─ roots/list [TASK]',
        '      └─ elicitation/create [TASK]',
        '         └─ elicitation/create [TASK]',
      ].join('\n'),
    )
  })

  test('calls at the same time stand side by side', async () => {
    await inAgent(() => Promise.all([echo('a'), echo('b'), echo('c')]))
    await traces.settled()
    const calls = traces.findAll({ type: 'TOOL' })
    expect(new Set(calls.map(({ parentSpanId }) => parentSpanId))).toEqual(
      new Set([traces.get({ type: 'AGENT' }).spanId]),
    )
    for (const call of calls) {
      const [below, ...others] = traces.spans.filter(({ parentSpanId }) => parentSpanId === call.spanId)
      expect(below?.inputs).toEqual(call.inputs)
      expect(others).toEqual([])
    }
    expect(calls).toHaveLength(3)
  })

  test('housekeeping makes spans inside of a trace only', async () => {
    const keepHouse = async (): Promise<void> => {
      await scene.client.ping()
      await scene.client.listTools()
      await scene.server.server.ping()
    }
    await keepHouse()
    await traces.settled()
    expect(traces.spans).toEqual([])
    await inAgent(keepHouse)
    expect(await tree()).toBe(
      [
        'agent:a [AGENT]',
        '├─ ping [TASK]',
        '│  └─ ping [TASK]',
        '├─ tools/list [TASK]',
        '│  └─ tools/list [TASK]',
        '└─ ping [TASK]',
        '   └─ ping [TASK]',
      ].join('\n'),
    )
  })

  test('resources, prompts and completions are named by what they are about', async () => {
    await inAgent(async () => {
      await scene.client.readResource({ uri: 'memo://1' })
      await scene.client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } })
      await scene.client.complete({
        ref: { type: 'ref/prompt', name: 'greet' },
        argument: { name: 'name', value: 'r' },
      })
    })
    await traces.settled()
    expect(traces.get({ name: 'resources/read' }).attributes['mcp.resource.uri']).toBe('memo://1')
    expect(traces.get({ name: 'prompts/get greet' })).toMatchObject({
      attributes: { 'gen_ai.prompt.name': 'greet' },
      inputs: { name: 'greet', arguments: { name: 'Ada' } },
    })
    expect(traces.get({ name: 'completion/complete' }).outputs).toMatchObject({ completion: { total: 2 } })
    expect(tools()).toEqual([])
  })

  test('a tool that fails in its result has failed', async () => {
    await scene.client.callTool({ name: 'refuses', arguments: { text: 'now' } })
    await scene.client.callTool({ name: 'throws', arguments: { text: 'bread' } })
    await traces.settled()
    for (const [name, message] of [
      ['refuses', 'not now\nask again'],
      ['throws', 'no bread'],
    ] as const) {
      for (const found of [name, `tools/call ${name}`]) {
        const span = traces.get({ name: found })
        expect(span.status).toEqual({ code: 'ERROR', message })
        expect(span.attributes['error.type']).toBe('tool_error')
        expect(span.error).toMatchObject({ type: 'tool_error', message })
        expect(span.outputs).toMatchObject({ isError: true })
      }
    }
  })

  test('an error of the protocol is recorded with its code', async () => {
    const broken = scene.client.request({ method: 'scene/broken', params: {} }, sdk.z.any())
    await expect(broken).rejects.toThrow('it is broken')
    const unknown = scene.client.request({ method: 'scene/unknown', params: {} }, sdk.z.any())
    await expect(unknown).rejects.toThrow('Method not found')
    await traces.settled()
    for (const [name, code, message] of [
      ['scene/broken', '-32050', 'it is broken'],
      ['scene/unknown', '-32601', 'Method not found'],
    ] as const) {
      const spans = traces.findAll({ name })
      expect(spans).toHaveLength(2)
      for (const { attributes, status, error } of spans) {
        expect(error).toMatchObject({ message: expect.stringContaining(message) })
        expect(attributes).toMatchObject({ 'rpc.response.status_code': code, 'error.type': code })
        expect(status).toEqual({ code: 'ERROR', message })
      }
    }
  })

  test('a call that runs out of time ends on both sides', async () => {
    await callTool(scene.client, sdk, { name: 'waits', arguments: { text: '' } }, { timeout: 20 }).catch(
      () => undefined,
    )
    await traces.settled()
    expect(traces.get({ name: 'waits' })).toMatchObject({
      attributes: { 'error.type': 'timeout' },
      status: { code: 'ERROR', message: 'Request timed out' },
    })
    expect(traces.get({ name: 'tools/call waits' })).toMatchObject({
      attributes: { 'error.type': 'cancelled' },
      status: { code: 'ERROR' },
    })
  })

  test('a call that is aborted ends on both sides', async () => {
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const call = callTool(scene.client, sdk, { name: 'waits', arguments: { text: '' } }, options).catch(
      () => undefined,
    )
    while (!scene.rawWire.some(({ method }) => method === 'tools/call')) await nextTurn()
    controller.abort('enough')
    await call
    await traces.settled()
    expect(traces.get({ name: 'waits' }).attributes['error.type']).toBe('cancelled')
    expect(traces.get({ name: 'tools/call waits' })).toMatchObject({
      attributes: { 'error.type': 'cancelled' },
      status: { code: 'ERROR' },
    })
  })

  test('a connection that closes ends what is open on it', async () => {
    const call = scene.client.callTool({ name: 'waits', arguments: { text: '' } }).catch(() => undefined)
    while (!scene.rawWire.some(({ method }) => method === 'tools/call')) await nextTurn()
    await scene.client.close()
    await call
    await traces.settled()
    expect(traces.get({ name: 'waits' }).attributes['error.type']).toBe('connection_closed')
    expect(traces.get({ name: 'tools/call waits' }).attributes['error.type']).toBe('cancelled')
  })

  test('progress and log messages are events', async () => {
    const params = { name: 'steps', arguments: { count: 2 } }
    const heard: Anything[] = []
    const onprogress = (progress: Anything): Anything =>
      withSpan(() => heard.push(progress), { name: 'heard' })
    await callTool(scene.client, sdk, params, { onprogress })
    await traces.settled()
    const server = traces.get({ name: 'tools/call steps' })
    expect(server.events.at(-1)).toMatchObject({
      name: 'notifications/message',
      attributes: { 'mcp.log.level': 'info', 'mcp.log.logger': 'steps' },
    })
    // The oldest version does not tell its tools where to report progress.
    const progress = set === 'sdk-1-oldest' ? [] : [1, 2]
    for (const span of [traces.get({ name: 'steps' }), server]) {
      const events = span.events.filter(({ name }) => name === 'notifications/progress')
      expect(events.map(({ attributes }) => attributes)).toEqual(
        progress.map((step) => ({ 'mcp.progress': step, 'mcp.progress.total': 2 })),
      )
    }
    for (const each of traces.findAll({ name: 'heard' })) {
      expect(each.parentSpanId).toBe(traces.get({ name: 'steps' }).spanId)
    }
    expect(heard).toHaveLength(progress.length)
  })

  test("a framework's own span of the tool counts, and is given what MCP knows", async () => {
    await withTool({ tool: 'echo' }, () => echo())
    await withTool({ tool: 'mcp__scene__echo' }, () => echo())
    await withTool({ tool: 'scene_echo' }, () => echo())
    expect(await tree()).toBe(
      ['echo', 'mcp__scene__echo', 'scene_echo']
        .map((name) => [`tool:${name} [TOOL]`, '└─ tools/call echo [TASK]'].join('\n'))
        .join('\n\n'),
    )
    expect(traces.get({ name: 'tool:echo' }).attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'mcp.server.name': 'scene',
    })
  })

  test('a tool of another name, or one that asks twice, shows what it asks', async () => {
    await withTool({ tool: 'my_echo' }, () => echo())
    await withTool({ tool: 'echo' }, async () => [await echo('once'), await echo('twice')])
    await withTool({ tool: 'echo' }, () => withAgent({ agent: 'inner' }, () => echo()))
    expect(await tree()).toBe(
      [
        ['tool:my_echo [TOOL]', '└─ echo [TOOL]', '   └─ tools/call echo [TASK]'],
        [
          'tool:echo [TOOL]',
          '├─ tools/call echo [TASK]',
          '└─ tools/call echo [TASK]',
          '   └─ tools/call echo [TASK]',
        ],
        [
          'tool:echo [TOOL]',
          '└─ agent:inner [AGENT]',
          '   └─ echo [TOOL]',
          '      └─ tools/call echo [TASK]',
        ],
      ]
        .map((lines) => lines.join('\n'))
        .join('\n\n'),
    )
  })

  test("a framework's span has failed when the tool says so", async () => {
    await withTool({ tool: 'refuses' }, () =>
      scene.client.callTool({ name: 'refuses', arguments: { text: 'now' } }),
    )
    await traces.settled()
    expect(traces.get({ name: 'tool:refuses' })).toMatchObject({
      status: { code: 'ERROR', message: 'not now\nask again' },
      outputs: { isError: true },
    })
  })

  test('the trace of another system in the metadata is left alone', async () => {
    const theirs = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const params = { name: 'echo', arguments: { text: 'hi' }, _meta: { traceparent: theirs } }
    await inAgent(() => scene.client.callTool(params))
    await traces.settled()
    expect(scene.rawWire.find(({ method }) => method === 'tools/call').params._meta).toEqual({
      traceparent: theirs,
    })
    const handled = traces.spans.find(({ parentSpanId }) => parentSpanId === 'b'.repeat(16))
    expect(handled).toMatchObject({ name: 'echo', type: 'TOOL', traceId: 'a'.repeat(32) })
  })

  test('session and user travel only when asked for', async () => {
    const call = (): Promise<Anything> =>
      withAgent({ agent: 'a', sessionId: 's-1', user: 'u-1' }, () => echo())
    await call()
    for (const each of undo) each()
    undo = sdk.modules.map((module) => instrumentMcp(module, { baggage: true }))
    await call()
    const [plain, told] = scene.rawWire.filter(({ method }) => method === 'tools/call')
    expect(plain.params._meta.baggage).toBeUndefined()
    expect(told.params._meta.baggage).toBe('session.id=s-1,user.id=u-1')
  })

  test('without content, nothing of it is recorded', async () => {
    traces.stop()
    traces = captureTraces({ captureContent: false })
    await inAgent(async () => {
      await echo('secret')
      await scene.client.callTool({ name: 'throws', arguments: { text: 'secret' } })
      await scene.client.callTool({ name: 'asks', arguments: { text: 'secret' } })
      await scene.client
        .request({ method: 'scene/broken', params: { text: 'secret' } }, sdk.z.any())
        .catch(() => undefined)
    })
    await traces.settled()
    expect(traces.spans.length).toBeGreaterThan(12)
    expect(JSON.stringify(traces.spans)).not.toMatch(/secret|is broken/)
    expect(traces.get({ name: 'throws' }).status).toEqual({ code: 'ERROR' })
  })

  test('content is redacted', async () => {
    traces.stop()
    traces = captureTraces({
      redact: (value) => JSON.parse(JSON.stringify(value).replaceAll('secret', '***')),
    })
    await scene.client.callTool({ name: 'throws', arguments: { text: 'secret' } })
    await traces.settled()
    expect(traces.get({ name: 'throws' }).inputs).toEqual({ text: '***' })
    expect(JSON.stringify(traces.spans)).not.toContain('secret')
  })

  test('a span that has ended gets no requests of the connection that it made', async () => {
    await scene.close()
    scene = await inAgent(() => openScene(sdk))
    await traces.settled()
    traces.clear()
    const [transport] = [scene.server.server.transport]
    await inAgent(async () => undefined)
    const answered = new Promise((resolve) => {
      const { send } = transport
      transport.send = (message: Anything, ...rest: Anything[]) => {
        if (message.id === 77) resolve(message)
        return send.call(transport, message, ...rest)
      }
    })
    transport.onmessage({
      jsonrpc: '2.0',
      id: 77,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'x' } },
    })
    await answered
    await traces.settled()
    expect(traces.get({ name: 'echo' })).toMatchObject({ type: 'TOOL' })
    expect(traces.get({ name: 'echo' }).parentSpanId).toBeUndefined()
  })

  test('a server that passes a call on counts it once', async () => {
    const behind = await openScene(sdk)
    onWork = (input) => behind.client.callTool({ name: 'work', arguments: input })
    await scene.client.callTool({ name: 'work', arguments: { text: '' } })
    expect(await tree()).toBe(
      [
        'work [TOOL]',
        '└─ tools/call work [TASK]',
        '   └─ tools/call work [TASK]',
        '      └─ tools/call work [TASK]',
      ].join('\n'),
    )
    await behind.close()
  })

  test('a request that comes by another span than it names is linked to it', async () => {
    const { transport } = scene.server.server
    const params = {
      name: 'echo',
      arguments: { text: 'x' },
      _meta: { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` },
    }
    withSpan(() => transport.onmessage({ jsonrpc: '2.0', id: 78, method: 'tools/call', params }), {
      name: 'http',
    })
    await traces.settled()
    const handled = traces.get({ name: 'echo' })
    expect(handled).toMatchObject({ traceId: 'c'.repeat(32), parentSpanId: 'd'.repeat(16) })
    expect(handled.links.map(({ spanId }) => spanId)).toEqual([traces.get({ name: 'http' }).spanId])
  })

  test('between two requests the transport is as it was', async () => {
    const { transport } = scene.server.server
    const before = Object.getOwnPropertyDescriptor(transport, 'send')
    let during: Anything
    onWork = () => {
      during = Object.getOwnPropertyDescriptor(transport, 'send')
    }
    await scene.client.callTool({ name: 'work', arguments: { text: '' } })
    expect(during.value).not.toBe(before?.value)
    expect(Object.getOwnPropertyDescriptor(transport, 'send')).toEqual(before)
  })
})
