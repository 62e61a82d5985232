import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { endings, failing, oldEndings, retries, trees, usages } from './expected.ts'
import { fixture, programs, ways } from './matrix.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

/** How many probes a version has calls for: the oldest ones lack some. */
const LEAST: Readonly<Record<string, number>> = { 'openai-4.0': 68, 'openai-4': 89 }

// What the oldest version calls by other names, or tells less of.
const UNLIKE: Readonly<Record<string, readonly string[]>> = {
  'openai-4.0': ['stream-cut', 'stream-malformed', 'stream-error-event'],
  'openai-4': ['stream-cut', 'stream-malformed'],
}

describe.each(ways)('$set on Node $node as $modules, turnspan $order it', ({ set, order, ...way }) => {
  let collector: OtlpHttpCollector
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  beforeAll(async () => {
    collector = await startOtlpHttp()
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, order, app, provider, library: 'openai' }
    ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
    spans = spansByProbe(collector.spans())
    await collector.stop()
  })

  const present = (probe: string): boolean => bare.results[probe]?.absent !== true
  const only = <T>(table: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(table).filter(([probe]) => present(probe))
  // It hands the error on as a chunk, on which the program stumbles.
  const isOldest = set === 'openai-4.0'
  const callOf = (probe: string): DecodedSpan | undefined => spans.get(probe)?.[0]

  test('gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    const count = Object.keys(bare.results).filter(present).length
    expect(count).toBe(LEAST[set] ?? 90)
  })

  test('sends the same', () => {
    expect(traced.sent).toEqual(bare.sent)
  })

  test('says nothing', () => {
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('makes exactly the spans of each call', () => {
    const found = Object.fromEntries([...spans].map(([probe, list]) => [probe, treeOf(list).toSorted()]))
    const expected = Object.keys(bare.results)
      .filter(present)
      .map((probe) => [
        probe,
        (trees[probe] ?? [`chat gpt-4o CHAT_MODEL ${probe in failing ? 'ERROR' : 'OK'}`]).toSorted(),
      ])
    expect(found).toEqual(Object.fromEntries(expected))
  })

  test('tells each failure by its class, with its exception', () => {
    for (const [probe, type] of only(failing)) {
      const span = callOf(probe)
      if (isOldest && probe === 'stream-error-event') {
        expect(span?.attributes['error.type']).toBe('server_error')
        continue
      }
      expect([probe, span?.events.map(({ name }) => name).filter((name) => name !== 'retry')]).toEqual([
        probe,
        ['exception'],
      ])
      if (!UNLIKE[set]?.includes(probe))
        expect([probe, span?.attributes['error.type']]).toEqual([probe, type])
    }
  })

  test('tells how each call ended that the program left', () => {
    const found = [...spans].flatMap(([probe, [span]]) => {
      const end = span?.attributes['turnspan.call.end']
      return end === undefined || probe === 'promise-dropped' ? [] : [[probe, end]]
    })
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(only(isOldest ? oldEndings : endings)))
    // The first call of this probe is read raw, the second is never read.
    if (present('promise-dropped')) {
      const ends = spans.get('promise-dropped')?.map(({ attributes }) => attributes['turnspan.call.end'])
      expect(ends).toEqual(['raw', 'abandoned'])
    }
  })

  test('counts tokens once for each call', () => {
    for (const [probe, usage] of only(usages)) {
      const text = callOf(probe)?.attributes['mlflow.chat.tokenUsage']
      expect([probe, text === undefined ? undefined : JSON.parse(String(text))]).toEqual([probe, usage])
    }
    expect(callOf('chat-audio-tokens')?.attributes).toMatchObject({
      'gen_ai.usage.audio.input_tokens': 30,
      'gen_ai.usage.audio.output_tokens': 25,
    })
    expect(callOf('chat-reasoning')?.attributes['gen_ai.usage.reasoning.output_tokens']).toBe(15)
  })

  test('makes an event of each attempt that the client repeats', () => {
    for (const [probe, events] of only(retries)) {
      const found = callOf(probe)?.events.filter(({ name }) => name === 'retry')
      expect([probe, found?.map(({ attributes }) => attributes)]).toEqual([probe, events])
    }
    const [reset] = callOf('retry-reset')?.events ?? []
    expect(reset?.attributes).toEqual({
      'http.request.resend_count': 1,
      'error.type': expect.stringMatching(/Error$/),
    })
  })

  test('measures the time to the first token of streams, and of nothing else', () => {
    const seconds = (probe: string): unknown =>
      callOf(probe)?.attributes['gen_ai.response.time_to_first_chunk']
    for (const probe of ['stream', 'stream-break', 'completions-stream']) {
      expect([probe, seconds(probe)]).toEqual([probe, expect.any(Number)])
      expect(seconds(probe)).toBeGreaterThan(0)
    }
    expect(seconds('chat')).toBeUndefined()
    expect(seconds('stream-never-read')).toBeUndefined()
  })

  test('says what was asked and what came', () => {
    const { 'server.port': port, ...attributes } = callOf('chat-tool-call')?.attributes ?? {}
    expect(port).toBe(Number(new URL(provider.url).port))
    expect(attributes).toMatchObject({
      'mlflow.spanType': 'CHAT_MODEL',
      'mlflow.llm.model': 'gpt-4o-2024-08-06',
      'mlflow.llm.provider': 'openai',
      'mlflow.message.format': 'openai',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 50,
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.id': 'chatcmpl-tool0',
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'server.address': '127.0.0.1',
    })
    const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    expect(JSON.parse(String(attributes['mlflow.chat.tools']))).toEqual([
      { type: 'function', function: { name: 'get_weather', parameters: city } },
    ])
    expect(attributes['mlflow.spanInputs']).toMatchObject({ messages: [{ role: 'user', content: 'Hi!' }] })
    const call = {
      id: 'call_weather_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
    }
    expect(attributes['mlflow.spanOutputs']).toMatchObject({ choices: [{ message: { tool_calls: [call] } }] })
    expect(callOf('stream-chunks')?.attributes['mlflow.spanOutputs']).toMatchObject({
      object: 'chat.completion',
      choices: [
        { message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' },
      ],
    })
  })

  test('keeps what came of a stream that broke off', () => {
    const said = (probe: string): unknown => {
      const outputs = callOf(probe)?.attributes['mlflow.spanOutputs'] as {
        choices?: { message: { content: string } }[]
      }
      return outputs?.choices?.[0]?.message.content
    }
    expect(said('stream-break')).toBe('word0 word1')
    expect(said('stream-error-event')).toBe('Hello! How can I')
  })

  test('has the tools of runTools with arguments, result and the ID of their call', () => {
    if (!present('run-tools')) return
    const tools = spans.get('run-tools')?.filter(({ attributes }) => attributes['mlflow.spanType'] === 'TOOL')
    const told = tools?.map(({ attributes }) => [
      attributes['gen_ai.tool.name'],
      attributes['gen_ai.tool.call.id'],
      attributes['mlflow.spanInputs'],
      attributes['mlflow.spanOutputs'],
    ])
    expect(told?.toSorted()).toEqual([
      ['get_time', 'call_time_1', { zone: 'CET' }, 'noon'],
      ['get_weather', 'call_weather_1', { city: 'Paris' }, 'sunny in Paris'],
      ['get_weather', 'call_weather_2', { city: 'Rome' }, 'sunny in Rome'],
    ])
  })
})
