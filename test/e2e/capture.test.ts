import { trace as otel } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import {
  redactSecrets,
  SpanType,
  trace,
  updateCurrentTrace,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import {
  asked,
  delivered,
  mlflowUrl,
  named,
  reader,
  startTracing,
  tracingPerTest,
  treeOf,
} from './tracing.ts'

const said = tracingPerTest()
const secret = 'CONTENT-d41d8cd98f'

/** A turn that says the secret in every place where content can be. */
async function chatter(): Promise<string> {
  let traceId = ''
  const takeStep = trace(async function* step(_text: string) {
    yield secret
  })
  const failing = withAgent(
    { agent: 'quiet', sessionId: 's-1', user: 'u-1', input: secret },
    async (agent) => {
      traceId = agent.traceId
      updateCurrentTrace({ requestPreview: secret, responsePreview: secret, metadata: { build: '7' } })
      await withTool({ tool: 'search', arguments: { q: secret }, callId: 'c-1' }, async () => ({
        found: secret,
      }))
      for await (const _ of takeStep(secret));
      await withSpan(
        async (span) => {
          span.setInputs({ messages: [{ role: 'user', content: secret }] }).setOutputs(secret)
          span.setModel('gpt-5', 'openai').setTokenUsage({ inputTokens: 5, outputTokens: 2 })
          span.recordException(new Error(secret))
          return secret
        },
        { name: 'chat', spanType: SpanType.CHAT_MODEL, inputs: secret },
      )
      const foreign = otel.getTracer('other').startSpan('foreign', {
        attributes: {
          'gen_ai.input.messages': secret,
          'input.value': secret,
          'gen_ai.request.model': 'gpt-5',
        },
      })
      foreign.recordException(new Error(secret))
      foreign.end()
      throw new RangeError(secret)
    },
  )
  await expect(failing).rejects.toThrow(secret)
  return traceId
}

/** Everything that MLflow tells of a trace, as one text. */
async function everything(traceId: string): Promise<string> {
  const artifact = await fetch(`${mlflowUrl}/ajax-api/3.0/mlflow/get-trace-artifact?request_id=tr-${traceId}`)
  const raw = await reader.call('GET', `/api/3.0/mlflow/traces/get?trace_id=tr-${traceId}`)
  const text = JSON.stringify(raw, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return `${await artifact.text()}${text}`
}

test('without capture no content reaches MLflow, and all the rest does', async () => {
  startTracing({ captureContent: false })
  const traceId = await chatter()
  await delivered()
  expect(await everything(traceId)).not.toContain(secret)
  const spans = await reader.spans(traceId)
  expect(treeOf(spans).slice(0, 4)).toEqual([
    'agent:quiet AGENT',
    '  tool:search TOOL',
    '  step UNKNOWN',
    '  chat CHAT_MODEL',
  ])
  expect(spans.every(({ inputs, outputs }) => inputs === undefined && outputs === undefined)).toBe(true)
  const agent = named(spans, 'agent:quiet')
  expect(agent.status.code).toBe('ERROR')
  expect(agent.events).toEqual([
    expect.objectContaining({ name: 'exception', attributes: { 'exception.type': 'RangeError' } }),
  ])
  expect(named(spans, 'tool:search').attributes).toMatchObject({ 'gen_ai.tool.call.id': 'c-1' })
  expect(await reader.traceInfo(traceId)).toMatchObject({
    state: 'ERROR',
    tags: { 'mlflow.traceName': 'agent:quiet' },
    trace_metadata: {
      build: '7',
      'mlflow.trace.session': 's-1',
      'mlflow.trace.user': 'u-1',
      'mlflow.trace.tokenUsage': expect.stringContaining('"total_tokens": 7'),
    },
  })
})

test('with capture the same turn has its content in each place', async () => {
  startTracing()
  const traceId = await chatter()
  await delivered()
  const spans = await reader.spans(traceId)
  for (const name of ['agent:quiet', 'tool:search', 'step', 'chat', 'foreign']) {
    expect(JSON.stringify(named(spans, name).inputs)).toContain(secret)
  }
  expect(await reader.traceInfo(traceId)).toMatchObject({ request_preview: secret, response_preview: secret })
})

test('a redaction hook reaches every place', async () => {
  startTracing({
    redact: (value) => (typeof value === 'string' ? value.replaceAll(secret, '[gone]') : value),
  })
  const traceId = await chatter()
  await delivered()
  const text = await everything(traceId)
  expect(text).not.toContain(secret)
  expect(text).toContain('[gone]')
  expect(await reader.traceInfo(traceId)).toMatchObject({
    request_preview: '[gone]',
    response_preview: '[gone]',
  })
})

test('a hook that throws costs the value, not the trace', async () => {
  startTracing({
    redact: () => {
      throw new Error(secret)
    },
  })
  const traceId = await chatter()
  await delivered()
  expect(await everything(traceId)).not.toContain(secret)
  expect(named(await reader.spans(traceId), 'tool:search').inputs).toBe('[redaction failed]')
  expect(said.codes()).toContain('TS_REDACT_FAILED')
  expect(said.all.map(({ message }) => message).join()).not.toContain(secret)
})

test('redactSecrets takes secrets and personal data out of what is stored', async () => {
  startTracing({ redact: redactSecrets() })
  const key = `sk-proj-${'a1B2c3D4'.repeat(6)}`
  const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const traceId = await withAgent({ agent: 'careful', input: `My key is ${key}` }, async (span) => {
    await withTool(
      {
        tool: 'call',
        arguments: { password: 'hunter2', headers: { authorization: `Bearer ${token}` }, city: 'SF' },
      },
      async () => ({ mail: 'jane.doe@example.com', degrees: 20 }),
    )
    span.setAttribute('note', `again ${key}`)
    return span.traceId
  })
  await delivered()
  const text = await everything(traceId)
  for (const leak of [key, token, 'hunter2', 'jane.doe@example.com']) expect(text).not.toContain(leak)
  const spans = await reader.spans(traceId)
  expect(named(spans, 'tool:call')).toMatchObject({ inputs: { city: 'SF' }, outputs: { degrees: 20 } })
  expect(named(spans, 'agent:careful').inputs).toEqual(
    asked(expect.stringMatching(/^My key is \[/) as unknown as string),
  )
})
