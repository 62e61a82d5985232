import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { endings, failingIn, treeOfProbe, usages } from './expected.ts'
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
    const run = { ...way, order, app, provider, library: '@google/genai' }
    ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
    spans = spansByProbe(collector.spans())
    await collector.stop()
  })

  const callOf = (probe: string): DecodedSpan | undefined => spans.get(probe)?.[0]
  const toolsOf = (probe: string): readonly DecodedSpan[] =>
    (spans.get(probe) ?? []).filter(({ attributes }) => attributes['mlflow.spanType'] === 'TOOL')

  test('gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    expect(Object.values(bare.results).filter(({ absent }) => !absent).length).toBe(65)
  })

  test('sends the same', () => {
    expect(traced.sent).toEqual(bare.sent)
  })

  test('says nothing more on stderr', () => {
    const withoutIds = (stderr: string): string => stderr.replaceAll(/rejection id: \d+/g, 'rejection')
    expect(withoutIds(traced.stderr)).toBe(withoutIds(bare.stderr))
  })

  test('makes exactly the spans of each call', () => {
    const found = [...spans].map(([probe, list]) => [probe, treeOf(list)])
    const expected = [...spans.keys()].map((probe) => [probe, treeOfProbe(set, probe)])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test('tells each failure by its class, with its exception', () => {
    for (const [probe, type] of Object.entries(failingIn(set))) {
      const span = callOf(probe)
      const told = [span?.attributes['error.type'], span?.events.map(({ name }) => name)]
      expect([probe, ...told]).toEqual([probe, type, ['exception']])
    }
  })

  test('tells how each call ended that the program left', () => {
    const found = [...spans].flatMap(([probe, [span]]) => {
      const end = span?.attributes['turnspan.call.end']
      return end === undefined || probe.startsWith('functions') ? [] : [[probe, end]]
    })
    expect(Object.fromEntries(found)).toEqual(endings)
  })

  test('counts thoughts into the output, cached tokens in the input, and all once', () => {
    for (const [probe, usage] of Object.entries(usages)) {
      const text = callOf(probe)?.attributes['mlflow.chat.tokenUsage']
      expect([probe, text === undefined ? undefined : JSON.parse(String(text))]).toEqual([probe, usage])
    }
    for (const probe of ['content-thoughts', 'stream-thoughts']) {
      expect([probe, callOf(probe)?.attributes['gen_ai.usage.reasoning.output_tokens']]).toEqual([probe, 15])
    }
  })

  test('makes an event of each attempt that the client repeats, where the client lets it be seen', () => {
    const again = (count: number): object => ({
      'http.request.resend_count': count,
      'http.response.status_code': 429,
    })
    const events = callOf('retry-429')?.events.map(({ attributes }) => attributes)
    expect(events).toEqual(set === 'genai-2.0' ? [] : [again(1), again(2)])
    expect(callOf('content')?.events).toEqual([])
  })

  test('measures the time to the first token of streams, and of nothing else', () => {
    const seconds = (probe: string): unknown =>
      callOf(probe)?.attributes['gen_ai.response.time_to_first_chunk']
    for (const probe of ['stream', 'stream-break', 'stream-thoughts']) {
      expect([probe, seconds(probe)]).toEqual([probe, expect.any(Number)])
    }
    expect(seconds('content')).toBeUndefined()
    expect(seconds('stream-never-read')).toBeUndefined()
  })

  test('says what was asked and what came, without the options of HTTP', () => {
    const { attributes = {} } = callOf('content-parameters') ?? {}
    expect(attributes).toMatchObject({
      'mlflow.llm.model': 'gemini-2.5-flash',
      'mlflow.llm.provider': 'gcp.gemini',
      'mlflow.message.format': 'gemini',
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.request.model': 'gemini-2.5-flash',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.top_k': 40,
      'gen_ai.request.max_tokens': 200,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.request.seed': 7,
      'gen_ai.output.type': 'json',
      'gcp.gemini.request.thinking.budget_tokens': 512,
      'gen_ai.response.id': 'gemtool0',
      'gen_ai.response.finish_reasons': ['STOP'],
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(provider.url).port),
      'mlflow.spanInputs': { contents: 'Hi!', config: { systemInstruction: 'Be kind.' } },
    })
    expect(JSON.stringify(attributes['mlflow.spanInputs'])).not.toContain('do not record')
    const [tool] = JSON.parse(String(attributes['mlflow.chat.tools'])) as object[]
    expect(tool).toMatchObject({
      type: 'function',
      function: { name: 'get_weather', parameters: { required: ['city'] } },
    })
    for (const probe of ['content-parameters', 'stream-chunks']) {
      expect([probe, callOf(probe)?.attributes['mlflow.spanOutputs']]).toMatchObject([
        probe,
        {
          candidates: [
            {
              finishReason: 'STOP',
              content: {
                role: 'model',
                parts: [{ function_call: { name: 'get_weather', args: { city: 'Paris' } } }],
              },
            },
          ],
        },
      ])
    }
  })

  test('keeps the parts of a conversation as MLflow reads them', () => {
    expect(callOf('content-conversation')?.attributes['mlflow.spanInputs']).toMatchObject({
      contents: [
        { parts: [{ text: 'Weather in Paris?' }] },
        { parts: [{ function_call: { name: 'get_weather', args: { city: 'Paris' } } }] },
        { parts: [{ function_response: { name: 'get_weather', response: { output: 'sunny' } } }] },
        { parts: [{ inline_data: { mime_type: 'image/png', data: 'aGVsbG8=' } }, { text: 'And this?' }] },
      ],
    })
  })

  test('joins the pieces of a stream, thoughts apart, as far as they came', () => {
    const parts = (probe: string): unknown => {
      const outputs = callOf(probe)?.attributes['mlflow.spanOutputs'] as {
        candidates?: { content: { parts: unknown } }[]
      }
      return outputs?.candidates?.[0]?.content.parts
    }
    expect(parts('stream-thoughts')).toEqual([
      { text: 'The user greets me.', thought: true },
      { text: 'Hello!' },
    ])
    expect(parts('stream-break')).toEqual([{ text: 'word0 word1' }])
  })

  test('knows Vertex AI, embeddings and images', () => {
    expect(callOf('vertex')?.attributes['gen_ai.provider.name']).toBe('gcp.vertex_ai')
    expect(callOf('embeddings')?.attributes['mlflow.spanOutputs']).toEqual({ embeddings: 2, dimensions: 3 })
    expect(callOf('embeddings-vertex')?.attributes['gen_ai.embeddings.dimension.count']).toBe(3)
    expect(callOf('images')?.attributes['mlflow.spanOutputs']).toMatchObject({
      generatedImages: [{ mimeType: 'image/png', imageBytes: '[8 characters]' }],
    })
  })

  test('has the functions with arguments, result and the ID of their call', () => {
    for (const probe of ['functions-many', 'functions-stream', 'functions-of-two-tools']) {
      const told = toolsOf(probe).map(({ attributes }) => [
        attributes['gen_ai.tool.name'],
        attributes['gen_ai.tool.call.id'],
        attributes['mlflow.spanInputs'],
        attributes['mlflow.spanOutputs'],
      ])
      expect([probe, told]).toEqual([
        probe,
        [
          ['get_weather', 'call_weather_1', { city: 'Paris' }, { output: 'sunny in Paris' }],
          ['get_weather', 'call_weather_2', { city: 'Rome' }, { output: 'sunny in Rome' }],
          ['get_time', 'call_time_1', { zone: 'CET' }, { output: 'noon' }],
        ],
      ])
    }
    expect(toolsOf('functions-throw')[0]?.attributes['error.type']).toBe('RangeError')
    expect(callOf('functions')?.attributes['mlflow.spanOutputs']).toMatchObject({
      candidates: [{ content: { parts: [{ text: 'It is sunny in Paris, 21 degrees.' }] } }],
    })
  })
})
