import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp, type Way } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { endings, failing, failingElsewhere, retries, trees, usages } from './expected.ts'
import { fixture, programs } from './matrix.ts'

/** How many of the probes each version has calls for. */
const PROBES: Readonly<Record<string, number>> = {
  'anthropic-0.30': 89,
  'anthropic-0.70': 102,
  'anthropic-0': 104,
  'anthropic-1': 112,
}

/** Tests all call forms in these ways: that the program notices nothing, and that the trace has everything. */
export function testCalls(ways: readonly Way[]): void {
  let provider: Provider
  beforeAll(async () => {
    provider = await startProvider()
  })
  afterAll(() => provider.stop())
  describe.each(ways)('$set on Node $node as $modules, turnspan $order it', (way) =>
    testWay(way, () => provider),
  )
}

function testWay({ set, order, ...way }: Way, provider: () => Provider): void {
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  beforeAll(async () => {
    const collector: OtlpHttpCollector = await startOtlpHttp()
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, order, app, provider: provider(), library: '@anthropic-ai/sdk' }
    ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
    spans = spansByProbe(collector.spans())
    await collector.stop()
  })

  const present = (probe: string): boolean =>
    bare.results[probe]?.absent !== true && bare.results[probe]?.value !== 'absent'
  const only = <T>(table: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(table).filter(([probe]) => present(probe))
  const callOf = (probe: string): DecodedSpan | undefined => spans.get(probe)?.[0]
  const toolsOf = (probe: string): readonly DecodedSpan[] =>
    (spans.get(probe) ?? []).filter(({ attributes }) => attributes['mlflow.spanType'] === 'TOOL')

  test('gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    expect(Object.keys(bare.results).filter(present).length).toBe(PROBES[set])
  })

  test('sends the same', () => {
    expect(traced.sent).toEqual(bare.sent)
  })

  test('says nothing more on stderr', () => {
    expect(withoutIds(traced.stderr)).toBe(withoutIds(bare.stderr))
  })

  test('makes exactly the spans of each call', () => {
    const found = [...spans].filter(([probe]) => present(probe))
    const expected = found.map(([probe]) => [probe, treeIn(set, probe)])
    expect(Object.fromEntries(found.map(([probe, list]) => [probe, treeOf(list)]))).toEqual(
      Object.fromEntries(expected),
    )
  })

  test('tells each failure by its class, with its exception', () => {
    for (const [probe, type] of only({ ...failing, ...failingElsewhere[set] })) {
      const span = callOf(probe)
      expect([probe, span?.attributes['error.type']]).toEqual([probe, type])
      const names = span?.events.map(({ name }) => name).filter((name) => name !== 'retry')
      expect([probe, names]).toEqual([probe, ['exception']])
    }
  })

  test('tells how each call ended that the program left', () => {
    const found = [...spans].flatMap(([probe, list]) =>
      list.flatMap(({ attributes }) => {
        const end = attributes['turnspan.call.end']
        return end === undefined || probe.startsWith('runner') ? [] : [[probe, end]]
      }),
    )
    const expected = only(endings).flatMap(([probe, ends]) => ends.map((end) => [probe, end]))
    expect(found.toSorted()).toEqual(expected.toSorted())
  })

  test('counts all tokens of the input, those of the cache included, once for each call', () => {
    for (const [probe, usage] of only(usages)) {
      const text = callOf(probe)?.attributes['mlflow.chat.tokenUsage']
      expect([probe, text === undefined ? undefined : JSON.parse(String(text))]).toEqual([probe, usage])
    }
    expect(callOf('message-cached')?.attributes['gen_ai.usage.cache_creation_1h.input_tokens']).toBe(128)
  })

  test('makes an event of each attempt that the client repeats', () => {
    for (const [probe, events] of only(retries)) {
      const found = callOf(probe)?.events.filter(({ name }) => name === 'retry')
      expect([probe, found?.map(({ attributes }) => attributes)]).toEqual([probe, events])
    }
    expect(callOf('retry-reset')?.events.map(({ attributes }) => attributes)).toEqual([
      { 'http.request.resend_count': 1, 'error.type': expect.stringMatching(/Error$/) },
    ])
  })

  test('measures the time to the first token of streams, and of nothing else', () => {
    const seconds = (probe: string): unknown =>
      callOf(probe)?.attributes['gen_ai.response.time_to_first_chunk']
    for (const probe of ['stream', 'stream-break', 'helper', 'stream-thinking', 'stream-events']) {
      expect([probe, seconds(probe)]).toEqual([probe, expect.any(Number)])
    }
    expect(seconds('message')).toBeUndefined()
    expect(seconds('stream-never-read')).toBeUndefined()
  })

  test('says what was asked and what came', () => {
    const { attributes = {} } = callOf('message-parameters') ?? {}
    expect(attributes).toMatchObject({
      'mlflow.llm.model': 'claude-sonnet-4-5',
      'mlflow.llm.provider': 'anthropic',
      'mlflow.message.format': 'anthropic',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'claude-sonnet-4-5',
      'gen_ai.request.max_tokens': 200,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_k': 40,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.id': 'msg_tool0',
      'gen_ai.response.finish_reasons': ['tool_use'],
      'anthropic.response.service_tier': 'standard',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(provider().url).port),
      'mlflow.spanInputs': { system: 'Be kind.', messages: [{ role: 'user', content: 'Hi!' }] },
    })
    expect(JSON.parse(String(attributes['mlflow.chat.tools']))).toEqual([WEATHER_TOOL])
    const call = { type: 'tool_use', id: 'toolu_weather_1', name: 'get_weather', input: { city: 'Paris' } }
    expect(attributes['mlflow.spanOutputs']).toMatchObject({ role: 'assistant', content: [call] })
    for (const probe of ['stream-events', 'helper', 'vertex-stream', 'bedrock-stream'].filter(present)) {
      expect([probe, callOf(probe)?.attributes['mlflow.spanOutputs']]).toMatchObject([
        probe,
        { type: 'message', role: 'assistant', stop_reason: 'tool_use', content: [call] },
      ])
    }
  })

  test('keeps thoughts, citations and what the server searched, streamed or not', () => {
    for (const probe of ['message-thinking', 'stream-thinking']) {
      expect([probe, callOf(probe)?.attributes['mlflow.spanOutputs']]).toMatchObject([
        probe,
        {
          content: [
            { type: 'thinking', thinking: 'The user greets me.', signature: 'c2lnbmF0dXJl' },
            { type: 'text', text: 'Hello!' },
          ],
        },
      ])
    }
    for (const probe of ['message-server-tool', 'stream-server-tool']) {
      const { attributes = {} } = callOf(probe) ?? {}
      expect([probe, attributes['anthropic.usage.web_search_requests']]).toEqual([probe, 1])
      expect([probe, attributes['mlflow.spanOutputs']]).toMatchObject([probe, { content: SEARCHED }])
    }
  })

  test('keeps what came of a stream that broke off', () => {
    const said = (probe: string): unknown =>
      (callOf(probe)?.attributes['mlflow.spanOutputs'] as { content?: { text: string }[] })?.content?.[0]
        ?.text
    expect(said('stream-break')).toBe('word0 word1')
    expect(said('stream-error-event')).toBe('Hello! How can I')
  })

  test('names the cloud that the model runs in', () => {
    const clouds = { bedrock: 'aws.bedrock', 'bedrock-stream': 'aws.bedrock', vertex: 'gcp.vertex_ai' }
    for (const [probe, cloud] of only(clouds)) {
      expect([probe, callOf(probe)?.attributes['gen_ai.provider.name']]).toEqual([probe, cloud])
    }
  })

  test('has the tools of a runner with arguments, result and the ID of their call', () => {
    for (const probe of ['runner', 'runner-stream'].filter(present)) {
      const told = toolsOf(probe).map(({ attributes }) => [
        attributes['gen_ai.tool.name'],
        attributes['gen_ai.tool.call.id'],
        attributes['mlflow.spanInputs'],
        attributes['mlflow.spanOutputs'],
      ])
      expect([probe, told]).toEqual([
        probe,
        [
          ['get_weather', 'toolu_weather_1', { city: 'Paris' }, 'sunny in Paris'],
          ['get_weather', 'toolu_weather_2', { city: 'Rome' }, 'sunny in Rome'],
          ['get_time', 'toolu_time_1', { zone: 'CET' }, 'noon'],
        ],
      ])
      expect(callOf(probe)?.attributes['mlflow.spanInputs']).toEqual({
        messages: [{ role: 'user', content: 'Weather?' }],
      })
      expect([probe, callOf(probe)?.attributes['mlflow.spanOutputs']]).toMatchObject([
        probe,
        { messages: [{ role: 'assistant', content: [{ text: 'Sunny in both, and it is noon.' }] }] },
      ])
    }
    if (present('runner')) {
      expect(toolsOf('runner-tool-fails')[0]?.attributes['error.type']).toBe('RangeError')
      expect(toolsOf('runner-input-refused')[0]?.attributes['error.type']).toBe('TypeError')
    }
  })
}

/** The oldest version cannot delete a batch. */
const treeIn = (set: string, probe: string): readonly string[] | undefined =>
  set === 'anthropic-0.30' && probe === 'batches' ? trees[probe]?.slice(0, -1) : trees[probe]

/** Node numbers all rejections, also those that are handled at once. */
const withoutIds = (stderr: string): string => stderr.replaceAll(/rejection id: \d+/g, 'rejection')

const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Says how the weather is',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

const FOUND = { title: 'Paris today', url: 'https://weather.example/paris' }

// MLflow shows a conversation only if it knows each block, so kinds that it does not know stand as their nearest kin.
const SEARCHED = [
  {
    type: 'tool_use',
    block_type: 'server_tool_use',
    id: 'srvtoolu_1',
    name: 'web_search',
    input: { query: 'weather in Paris' },
  },
  {
    type: 'tool_result',
    block_type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: [{ type: 'text', text: '[web_search_result: Paris today]' }],
    result: [FOUND],
  },
  { type: 'text', text: 'It is sunny in Paris, 21 degrees.', citations: [FOUND] },
]
