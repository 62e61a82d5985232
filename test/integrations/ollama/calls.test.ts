import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatTab } from '../../support/chat-tab.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { endings, failing, treeOfProbe } from './expected.ts'
import { fixture, programs, ways } from './matrix.ts'

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
    const run = { ...way, order, app, provider, library: 'ollama' }
    ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
    spans = spansByProbe(collector.spans())
    await collector.stop()
  })

  const callOf = (probe: string): DecodedSpan | undefined => spans.get(probe)?.[0]
  const attributesOf = (probe: string): DecodedSpan['attributes'] => callOf(probe)?.attributes ?? {}
  const chatOf = (probe: string): readonly string[] => {
    const attributes = attributesOf(probe)
    const { 'mlflow.spanInputs': inputs, 'mlflow.spanOutputs': outputs } = attributes
    const tools = attributes['mlflow.chat.tools']
    const known = tools === undefined ? {} : { 'mlflow.chat.tools': JSON.parse(String(tools)) }
    return chatTab({ inputs, outputs, attributes: known }).messages
  }

  test('gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    const isThere = Object.values(bare.results).filter(({ absent }) => !absent)
    expect(isThere.length).toBe(set === 'ollama-0.5' ? 35 : 36)
  })

  test('sends the same', () => {
    expect(traced.sent).toEqual(bare.sent)
  })

  test('says nothing more on stderr', () => {
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('makes exactly the spans of each call', () => {
    const found = [...spans].map(([probe, list]) => [probe, treeOf(list)])
    const expected = [...spans.keys()].map((probe) => [probe, treeOfProbe(probe)])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test('tells each failure by its class, with its exception', () => {
    for (const [probe, type] of Object.entries(failing)) {
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
    expect(Object.fromEntries(found)).toEqual(endings)
  })

  test('counts tokens, streamed or not', () => {
    const counted = (probe: string): unknown => {
      const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = attributesOf(probe)
      return [probe, input, output]
    }
    for (const probe of ['chat', 'stream', 'generate', 'stream-generate'])
      expect(counted(probe)).toEqual([probe, 20, 10])
    for (const probe of ['chat-thinking', 'stream-thinking']) expect(counted(probe)).toEqual([probe, 30, 25])
    expect(counted('error-400')).toEqual(['error-400', undefined, undefined])
  })

  test('measures the time to the first token of streams, and of nothing else', () => {
    const seconds = (probe: string): unknown => attributesOf(probe)['gen_ai.response.time_to_first_chunk']
    for (const probe of ['stream', 'stream-tools', 'stream-thinking', 'stream-generate'])
      expect([probe, seconds(probe)]).toEqual([probe, expect.any(Number)])
    expect(seconds('chat')).toBeUndefined()
  })

  test('says what was asked', () => {
    expect(attributesOf('chat-parameters')).toMatchObject({
      'gen_ai.provider.name': 'ollama',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'llama3.2',
      'gen_ai.response.model': 'llama3.2',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.top_k': 40,
      'gen_ai.request.max_tokens': 200,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.request.seed': 7,
      'gen_ai.output.type': 'json',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(provider.url).port),
    })
    expect(attributesOf('chat-length')['gen_ai.response.finish_reasons']).toEqual(['length'])
    expect(attributesOf('embeddings')['mlflow.spanOutputs']).toEqual({ embeddings: 1, dimensions: 3 })
  })

  test('has the conversation as MLflow reads it', () => {
    expect(chatOf('chat-conversation')).toEqual([
      'system: Be kind.',
      'user: Weather? [image: 3 bytes]',
      'assistant:  called get_weather',
      'tool: sunny',
      'assistant: Hello! How can I help you today?',
    ])
    expect(chatOf('chat-parameters')).toEqual(['user: Hi!', 'assistant:  called get_weather'])
    expect(chatOf('stream-tools')).toEqual([
      'user: Hi!',
      'assistant:  called get_weather called get_weather called get_time',
    ])
    expect(chatOf('stream-break')).toEqual(['user: Hi!', 'assistant: word0 word1'])
    expect(attributesOf('stream-thinking')['mlflow.spanOutputs']).toMatchObject({
      choices: [{ message: { reasoning_content: 'The user greets me.', content: 'Hello!' } }],
    })
  })
})
