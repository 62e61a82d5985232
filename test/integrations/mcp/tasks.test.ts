import { expect, test } from 'vitest'
import { withAgent } from '../../../src/index.ts'
import { instrumentMcp } from '../../../src/integrations/mcp/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { until } from '../../support/until.ts'
import { type Anything, loadSdk, type Sdk } from './sdk.ts'

async function openTasks(sdk: Sdk): Promise<Anything> {
  const { InMemoryTaskStore } = await sdk.load('@modelcontextprotocol/sdk/experimental/tasks')
  const taskStore = new InMemoryTaskStore()
  const { McpServer, Client, InMemoryTransport } = sdk.all
  const capabilities = { tasks: { requests: { tools: { call: {} } }, list: {}, cancel: {} }, tools: {} }
  const server = new McpServer({ name: 'slow', version: '1' }, { capabilities, taskStore })
  const fail = { count: 0 }
  server.experimental.tasks.registerToolTask(
    'bake',
    { inputSchema: { bread: sdk.z.string() }, execution: { taskSupport: 'required' } },
    {
      async createTask({ bread }: Anything, { taskStore: tasks }: Anything) {
        const task = await tasks.createTask({ ttl: 60_000, pollInterval: 20 })
        setTimeout(() => {
          const content = [{ type: 'text', text: `${bread} is ready` }]
          void tasks.storeTaskResult(task.taskId, 'completed', { content, isError: fail.count > 0 })
        }, 30)
        return { task }
      },
      getTask: async (_: Anything, { taskId, taskStore: tasks }: Anything) => tasks.getTask(taskId),
      getTaskResult: async (_: Anything, { taskId, taskStore: tasks }: Anything) =>
        tasks.getTaskResult(taskId),
    },
  )
  const client = new Client({ name: 'asker', version: '1' }, { capabilities: {} })
  const [near, far] = InMemoryTransport.createLinkedPair()
  await Promise.all([server.connect(far), client.connect(near)])
  await client.listTools()
  return { client, server, fail, taskStore }
}

test.each(['esm', 'cjs'] as const)(
  'a tool that runs as a task is one call from its start to its result, %s',
  async (format) => {
    const sdk = await loadSdk('sdk-1-newest', format)
    const undo = sdk.modules.map((module) => instrumentMcp(module))
    const { client, server, fail, taskStore } = await openTasks(sdk)
    using traces = captureTraces()
    const bake = async (): Promise<string[]> => {
      const seen: string[] = []
      const stream = client.experimental.tasks.callToolStream({ name: 'bake', arguments: { bread: 'rye' } })
      for await (const message of stream) if (seen.at(-1) !== message.type) seen.push(message.type)
      return seen
    }
    expect(await withAgent({ agent: 'a' }, bake)).toEqual(['taskCreated', 'taskStatus', 'result'])
    fail.count = 1
    await bake()
    await traces.settled()

    const calls = traces.findAll({ type: 'TOOL' })
    expect(calls.map(({ name }) => name)).toEqual(['bake', 'bake'])
    const [good, bad] = calls
    expect(good?.durationMs).toBeGreaterThan(20)
    expect(good?.outputs).toMatchObject({ content: [{ text: 'rye is ready' }] })
    expect(good?.events.map(({ name }) => name)).toContain('mcp.taskCreated')
    expect(bad?.status).toEqual({ code: 'ERROR', message: 'rye is ready' })
    const below = traces.spans
      .filter(({ parentSpanId }) => parentSpanId === good?.spanId)
      .map(({ name }) => name)
    expect(below[0]).toBe('tools/call bake')
    expect(below.at(-1)).toBe('tasks/result')
    expect(new Set(below)).toEqual(new Set(['tools/call bake', 'tasks/get', 'tasks/result']))

    await client.close()
    await server.close()
    taskStore.cleanup()
    for (const each of undo) each()
  },
)

test('an answer that waits in the queue of a task ends its span', async () => {
  const sdk = await loadSdk('sdk-1-newest', 'esm')
  const undo = sdk.modules.map((module) => instrumentMcp(module))
  const { InMemoryTaskStore, InMemoryTaskMessageQueue } = await sdk.load(
    '@modelcontextprotocol/sdk/experimental/tasks',
  )
  const { McpServer, InMemoryTransport } = sdk.all
  const [taskStore, taskMessageQueue] = [new InMemoryTaskStore(), new InMemoryTaskMessageQueue()]
  const options = { capabilities: { tasks: {} }, taskStore, taskMessageQueue }
  const server = new McpServer({ name: 'slow', version: '1' }, options)
  server.tool('echo', async () => ({ content: [{ type: 'text', text: 'hi' }] }))
  const [, far] = InMemoryTransport.createLinkedPair()
  await server.connect(far)
  using traces = captureTraces()
  const meta = { 'io.modelcontextprotocol/related-task': { taskId: 't-1' } }
  far.onmessage({ jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name: 'echo', _meta: meta } })
  await until(() => traces.find({ name: 'echo' }), { what: 'the span of the call' })
  expect(traces.get({ name: 'echo' }).outputs).toMatchObject({ content: [{ text: 'hi' }] })
  expect(await taskMessageQueue.dequeue('t-1')).toMatchObject({ type: 'response', message: { id: 5 } })
  await server.close()
  taskStore.cleanup()
  for (const each of undo) each()
})
