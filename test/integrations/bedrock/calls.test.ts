import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropicChat } from '../../support/chat-tab-providers.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { endings, failing, treeOfProbe, usages } from './expected.ts'
import { fixture, library, programs, ways } from './matrix.ts'

/** How many of the probes each version has calls for. */
const PROBES: Readonly<Record<string, number>> = { 'bedrock-3.422': 60, 'bedrock-3': 91 }

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

describe.each(ways)('$set on Node $node as $modules, turnspan $order it', ({ set, order, ...way }) => {
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  beforeAll(async () => {
    const collector = await startOtlpHttp()
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, order, app, provider, library }
    ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
    spans = spansByProbe(collector.spans())
    await collector.stop()
  })

  const callOf = (probe: string): DecodedSpan | undefined => spans.get(probe)?.[0]
  const attributesOf = (probe: string): DecodedSpan['attributes'] => callOf(probe)?.attributes ?? {}
  const isThere = (probe: string): boolean => bare.results[probe]?.absent !== true

  test('gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    expect(Object.keys(bare.results).filter(isThere).length).toBe(PROBES[set])
  })

  test('sends the same', () => {
    expect(traced.sent).toEqual(bare.sent)
  })

  test('says nothing more on stderr', () => {
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('makes exactly the spans of each call', () => {
    const found = [...spans].map(([probe, list]) => [probe, treeOf(list)])
    const expected = [...spans.keys()].map((probe) => [probe, treeOfProbe(set, probe)])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test('tells each failure by its class, with its exception', () => {
    for (const [probe, type] of Object.entries(failing).filter(([name]) => isThere(name))) {
      const span = callOf(probe)
      const told = [span?.attributes['error.type'], span?.events.map(({ name }) => name)]
      expect([probe, ...told]).toEqual([probe, type, ['exception']])
    }
  })

  test('tells how each call ended that the program left', () => {
    const found = [...spans].flatMap(([probe, [span]]) => {
      const end = span?.attributes['turnspan.call.end']
      return end === undefined ? [] : [[probe, end]]
    })
    const expected = Object.entries(endings).filter(([probe]) => isThere(probe))
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test('counts cached tokens into the input, and takes what a vendor does not tell from the service', () => {
    for (const [probe, usage] of Object.entries(usages).filter(([name]) => isThere(name))) {
      const said = attributesOf(probe)['mlflow.chat.tokenUsage']
      const told = said === undefined ? undefined : (JSON.parse(String(said)) as object)
      if (usage === undefined) expect([probe, told]).toEqual([probe, undefined])
      else expect([probe, told]).toMatchObject([probe, usage])
    }
  })

  test('makes an event of each attempt that the client repeats, also where a framework asked', () => {
    const again = (count: number): object => ({
      'http.request.resend_count': count,
      'http.response.status_code': 429,
    })
    for (const probe of ['retry-429', 'langchain-retry'].filter(isThere)) {
      const events = callOf(probe)?.events.map(({ attributes }) => attributes)
      expect([probe, events]).toEqual([probe, [again(1), again(2)]])
    }
    expect(callOf('invoke-claude')?.events).toEqual([])
    // Handlers that the client keeps serve later calls, each of which is a first attempt.
    expect(spans.get('handlers-cached')?.flatMap(({ events }) => events)).toEqual([])
  })

  test('measures the time to the first token of streams, and of nothing else', () => {
    const seconds = (probe: string): unknown => attributesOf(probe)['gen_ai.response.time_to_first_chunk']
    for (const probe of ['invoke-stream-claude', 'invoke-stream-llama', 'stream', 'agent'].filter(isThere)) {
      expect([probe, seconds(probe)]).toEqual([probe, expect.any(Number)])
    }
    expect(seconds('invoke-claude')).toBeUndefined()
  })

  test('says what was asked and what came', () => {
    expect(attributesOf('invoke-claude')).toMatchObject({
      'mlflow.llm.model': expect.stringContaining('claude'),
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'anthropic.claude-3-haiku-20240307-v1:0',
      'gen_ai.request.max_tokens': 100,
      'gen_ai.response.finish_reasons': ['end_turn'],
      'aws.request_id': 'req_hello_0',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(provider.url).port),
    })
    expect(attributesOf('invoke-titan')).toMatchObject({
      'gen_ai.request.max_tokens': 200,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.stop_sequences': ['END'],
      'mlflow.spanOutputs': 'Hello! How can I help you today?',
    })
    expect(attributesOf('invoke-stream-tool')['mlflow.spanOutputs']).toMatchObject({
      content: [{ type: 'tool_use', id: 'call_weather_1', name: 'get_weather', input: { city: 'Paris' } }],
    })
    expect(attributesOf('invoke-cohere-embed')['mlflow.spanOutputs']).toEqual({
      embeddings: 2,
      dimensions: 3,
    })
    expect(attributesOf('invoke-image')['mlflow.spanOutputs']).toEqual({ images: ['[8 characters]'] })
  })

  test('has the conversation of Converse as MLflow reads it', () => {
    if (!isThere('converse')) return expect(spans.has('converse')).toBe(false)
    const { 'mlflow.spanInputs': asked, 'mlflow.spanOutputs': answered } =
      attributesOf('converse-conversation')
    expect(anthropicChat(asked, answered)).toEqual([
      'user: Weather in Paris?',
      'user: [image: png, 3 bytes]',
      'user: [document: txt, notes, 1 bytes]',
      'assistant: thinks I think.',
      'assistant: calls get_weather as call_1',
      'user: result of call_1: {"sky":"blue"}',
      'assistant: Hello! How can I help you today?',
    ])
    const parameters = attributesOf('converse-parameters')
    expect(parameters).toMatchObject({
      'gen_ai.request.max_tokens': 200,
      'gen_ai.request.top_k': 40,
      'aws.bedrock.request.thinking.budget_tokens': 512,
      'mlflow.spanInputs': { system: [{ type: 'text', text: 'Be kind.' }] },
    })
    const [tool] = JSON.parse(String(parameters['mlflow.chat.tools'])) as object[]
    expect(tool).toMatchObject({ type: 'function', function: { name: 'get_weather' } })
  })

  test('joins the events of a stream, as far as they came', () => {
    if (!isThere('stream')) return expect(spans.has('stream')).toBe(false)
    const content = (probe: string): unknown =>
      (attributesOf(probe)['mlflow.spanOutputs'] as { content?: unknown } | undefined)?.content
    expect(content('stream-reasoning')).toMatchObject([
      { type: 'thinking', thinking: 'The user greets me.' },
      { type: 'text', text: 'Hello!' },
    ])
    expect(content('stream-tool')).toMatchObject([
      { type: 'tool_use', name: 'get_weather', input: { city: 'Paris' } },
      { type: 'tool_use', name: 'get_weather', input: { city: 'Rome' } },
      { type: 'tool_use', name: 'get_time', input: { zone: 'CET' } },
    ])
    expect(content('stream-break')).toEqual([{ type: 'text', text: 'word0 word1' }])
  })

  test('has the steps of an agent, its session, and what a knowledge base found', () => {
    expect(attributesOf('agent')).toMatchObject({
      'gen_ai.agent.id': 'AGENT1',
      'gen_ai.conversation.id': 's-agent',
      'session.id': 's-agent',
      'mlflow.spanInputs': { messages: [{ role: 'user', content: 'Weather in Paris?' }] },
      'mlflow.spanOutputs': {
        messages: [{ role: 'assistant', content: 'Hello! How can I help you today?' }],
      },
    })
    const [, , tool, lookup] = spans.get('agent') ?? []
    expect(tool?.attributes).toMatchObject({
      'mlflow.spanInputs': { city: 'Paris' },
      'mlflow.spanOutputs': 'sunny in Paris',
    })
    const found = [{ page_content: 'Paris has sun.', metadata: { doc_uri: 's3://docs/paris.txt' } }]
    expect(lookup?.attributes['mlflow.spanOutputs']).toMatchObject(found)
    expect(attributesOf('retrieve')['mlflow.spanOutputs']).toMatchObject(found)
    expect(attributesOf('generate')).toMatchObject({
      'gen_ai.request.model': 'anthropic.claude-3-haiku-20240307-v1:0',
      'gen_ai.data_source.id': 'KB1',
      'gen_ai.conversation.id': 's-kb',
    })
  })
})
