import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { injectHeaders, newResponseId, withAgent, withRemoteContext, withTool } from '../../src/index.ts'
import { fileBeside } from '../support/child.ts'
import type { MlflowSpan } from '../support/mlflow-read.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { venvPython } from '../support/python.ts'
import { cleanEnv } from '../support/run.ts'
import {
  delivered,
  freshName,
  mlflowUrl,
  named,
  reader,
  startTracing,
  toolCounts,
  tracingPerTest,
} from './tracing.ts'

tracingPerTest()

const calls = (name: string, item: string) => ({ tools: [{ id: `call_${item}`, name, arguments: { item } }] })

/** The desk: a service in TypeScript whose tool stands in the trace of whoever asks. */
const desk = createServer((request, response) => {
  const item = (request.url ?? '/').slice(1)
  withRemoteContext(request.headers, () => {
    response.end(
      withTool({ tool: 'count_boxes', arguments: { item } }, () => `${item.length} boxes of ${item}`),
    )
  })
})

let provider: Provider
let python: ChildProcess
let agentUrl: string
const experimentName = freshName('python')

beforeAll(async () => {
  provider = await startProvider({
    clerk: [
      calls('look_up', 'tea'),
      { text: 'There are 3 boxes of tea.' },
      calls('ask_desk', 'coffee'),
      { text: 'There are 6 boxes of coffee.' },
    ],
  })
  desk.listen(0, '127.0.0.1')
  await once(desk, 'listening')
  const experimentId = await reader.createExperiment(experimentName)
  // AutoGen needs another protobuf than MLflow's server, so it has a venv of its own.
  python = spawn(
    await venvPython('autogen-0.7.5', 'requirements-autogen.txt'),
    [fileBeside(import.meta.url, './python_agents.py')],
    {
      env: cleanEnv({
        MLFLOW_TRACKING_URI: mlflowUrl,
        EXPERIMENT_ID: experimentId,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        MODEL_URL: `${provider.address('clerk', 'python')}/v1`,
        ASK_URL: `http://127.0.0.1:${(desk.address() as AddressInfo).port}`,
      }),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  if (python.stdout === null) throw new Error('There is no output to read.')
  const [port] = await once(python.stdout, 'data')
  agentUrl = `http://127.0.0.1:${String(port).trim()}`
}, 600_000)

afterAll(async () => {
  python?.kill('SIGKILL')
  desk.close()
  await provider.stop()
})

async function askClerk(path: string, question: string): Promise<{ text: string; traceId?: string }> {
  const headers = injectHeaders<Record<string, string>>({})
  const answer = await fetch(`${agentUrl}${path}`, { method: 'POST', headers, body: question })
  expect(answer.status).toBe(200)
  return (await answer.json()) as { text: string; traceId?: string }
}

/** The names from the root down to the span of that name. */
function pathTo(spans: readonly MlflowSpan[], name: string): string[] {
  const path: string[] = []
  let span: MlflowSpan | undefined = named(spans, name)
  while (span !== undefined) {
    const { parentSpanId }: MlflowSpan = span
    path.unshift(span.name)
    span = spans.find(({ spanId }) => spanId === parentSpanId)
  }
  return path
}

const rootsOf = (spans: readonly MlflowSpan[]): string[] =>
  spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)

test("an agent of AutoGen in Python goes on with the TypeScript agent's trace", async () => {
  startTracing({ experimentName })
  const responseId = newResponseId()
  const answer = await withAgent({ agent: 'desk', responseId, sessionId: 's-1', input: 'Tea?' }, () =>
    withTool({ tool: 'ask_clerk' }, async () => (await askClerk('/continue', 'Do we have tea?')).text),
  )
  expect(answer).toBe('There are 3 boxes of tea.')
  await delivered()
  const spans = await reader.waitForSpans(responseId, 6)
  expect(rootsOf(spans)).toEqual(['agent:desk'])
  expect(pathTo(spans, 'look_up').slice(0, 3)).toEqual(['agent:desk', 'tool:ask_clerk', 'clerk.run'])
  expect(named(spans, 'look_up')).toMatchObject({ type: 'TOOL', outputs: '3 boxes of tea' })
  const trace = await reader.waitForTrace(responseId, ({ state }) => state === 'OK')
  expect(trace).toMatchObject({ request_preview: 'Tea?', tags: { 'mlflow.traceName': 'agent:desk' } })
  expect(JSON.parse(trace.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')).toMatchObject({
    input_tokens: 40,
    output_tokens: 20,
  })
  expect(await toolCounts(experimentName)).toEqual(['look_up OK 1', 'tool:ask_clerk OK 1'])
})

test("a tool in TypeScript goes on with the Python agent's trace", async () => {
  startTracing({ experimentName })
  const { text, traceId = '' } = await askClerk('/begin', 'Do we have coffee?')
  expect(text).toBe('There are 6 boxes of coffee.')
  await delivered()
  const spans = await reader.waitForSpans(traceId, 6)
  expect(rootsOf(spans)).toEqual(['clerk.run'])
  expect(pathTo(spans, 'tool:count_boxes').slice(-2)).toEqual(['ask_desk', 'tool:count_boxes'])
  const trace = await reader.waitForTrace(traceId, ({ state }) => state === 'OK')
  expect(trace.tags?.['mlflow.traceName']).toBe('clerk.run')
  expect(await toolCounts(experimentName)).toEqual([
    'ask_desk OK 1',
    'look_up OK 1',
    'tool:ask_clerk OK 1',
    'tool:count_boxes OK 1',
  ])
})
