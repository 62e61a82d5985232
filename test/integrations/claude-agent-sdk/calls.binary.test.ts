import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp, type Way } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { endings, failures, MODEL, tokens, trees } from './expected.ts'
import { fixture, programs, scripts, ways } from './matrix.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(scripts)
})
afterAll(() => provider.stop())

describe.each(ways)('$set on Node $node', (way) => testWay(way))

/** What a probe asked of the model, without what no two runs have in common: folders, times, IDs. */
const askedBy = ({ sent }: Probed, probe: string): unknown[] =>
  (sent[probe] ?? []).map((request) => {
    const { model, tools, messages } = (request as { body: Record<string, unknown> }).body
    const names = (tools as { name: string }[] | undefined)?.map(({ name }) => name)
    const words = JSON.stringify(messages ?? [])
      .replaceAll(/claude-home-\w+/g, 'home')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
      .replaceAll(/\d+/g, 'N')
    return { model, names, words }
  })

function testWay({ set, ...way }: Way): void {
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  beforeAll(async () => {
    await using collector: OtlpHttpCollector = await startOtlpHttp()
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, app, provider, library: '@anthropic-ai/claude-agent-sdk', timeoutMs: 280_000 }
    ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
    spans = spansByProbe(collector.spans())
  })

  const of = (probe: string, name: string | RegExp): DecodedSpan[] =>
    (spans.get(probe) ?? []).filter((span) =>
      typeof name === 'string' ? span.name === name : name.test(span.name),
    )
  const only = (probe: string, name: string | RegExp): DecodedSpan => {
    expect(of(probe, name), `${name} of ${probe}`).toHaveLength(1)
    return of(probe, name)[0] as DecodedSpan
  }
  const contentOf = (span: DecodedSpan | undefined, which: 'Inputs' | 'Outputs'): unknown =>
    span?.attributes[`mlflow.span${which}`]

  test('gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    expect(Object.keys(bare.results)).toEqual(Object.keys(trees))
    expect(JSON.stringify(bare.results.hello)).toContain('Hello! How can I help you today?')
  })

  test('asks the model the same', () => {
    for (const probe of ['hello', 'bash', 'failing', 'denied', 'mcp', 'two', 'resume']) {
      expect(askedBy(traced, probe)).toEqual(askedBy(bare, probe))
      expect(askedBy(traced, probe).length).toBeGreaterThan(0)
    }
  })

  test('says nothing more on stderr', () => {
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('makes exactly the spans of each turn', () => {
    expect(Object.fromEntries([...spans].map(([probe, list]) => [probe, treeOf(list)]))).toEqual(trees)
  })

  test('counts all tokens once, as the process counts them', () => {
    for (const [probe, turns] of Object.entries(tokens)) {
      const told = of(probe, 'agent:claude').map(({ attributes }) =>
        JSON.parse(String(attributes['mlflow.chat.tokenUsage'])),
      )
      expect([probe, told]).toEqual([probe, turns])
    }
  })

  test('gives each answer its own tokens where the program reads them as they come', () => {
    const told = of('partial', `chat ${MODEL}`).map(({ attributes }) => [
      attributes['gen_ai.usage.input_tokens'],
      attributes['gen_ai.usage.output_tokens'],
      attributes['gen_ai.usage.cache_read.input_tokens'],
      attributes['gen_ai.response.finish_reasons'],
    ])
    expect(told).toEqual([
      [20, 10, undefined, ['tool_use']],
      [100, 33, 60, ['end_turn']],
    ])
    for (const span of of('partial', `chat ${MODEL}`))
      expect(span.attributes['gen_ai.response.time_to_first_chunk']).toEqual(expect.any(Number))
  })

  test('puts the parts of one answer together', () => {
    const [answer] = of('parts', `chat ${MODEL}`)
    expect(contentOf(answer, 'Outputs')).toMatchObject({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'The user greets.' },
        { type: 'text', text: 'Hello!' },
      ],
    })
    expect(answer?.attributes).toMatchObject({
      'gen_ai.request.model': MODEL,
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.response.id': 'msg_parts0',
      'mlflow.message.format': 'anthropic',
    })
  })

  test('has prompts, arguments and results', () => {
    const turn = only('bash', 'agent:claude')
    expect([contentOf(turn, 'Inputs'), contentOf(turn, 'Outputs')]).toEqual(['please', 'done'])
    const tool = only('bash', 'tool:Bash')
    expect(contentOf(tool, 'Inputs')).toEqual({ command: 'echo hi', description: 'say hi' })
    expect(contentOf(tool, 'Outputs')).toMatchObject({ stdout: 'hi' })
    expect(tool.attributes['gen_ai.tool.call.id']).toBe('toolu_bash')
    expect(contentOf(of('bash', `chat ${MODEL}`)[1], 'Inputs')).toMatchObject({
      messages: [{ role: 'user', content: [{ type: 'tool_result', content: 'hi' }] }],
    })
    expect(of('two', 'agent:claude').map((each) => contentOf(each, 'Inputs'))).toEqual(['first', 'second'])
    const helper = only('agent', 'agent:helper')
    expect(contentOf(helper, 'Inputs')).toBe('look into it')
    expect(contentOf(helper, 'Outputs')).toBe('the sub-agent says so')
  })

  test('times a tool by itself, and the model by its answer', () => {
    const [first, second] = of('bash', `chat ${MODEL}`)
    const tool = only('bash', 'tool:Bash')
    expect(tool.startTimeUnixNano).toBeGreaterThanOrEqual(first?.startTimeUnixNano ?? 0n)
    expect(second?.endTimeUnixNano).toBeGreaterThanOrEqual(tool.endTimeUnixNano)
    expect(tool.endTimeUnixNano).toBeGreaterThan(tool.startTimeUnixNano)
  })

  test('names the session, also of one that is resumed', () => {
    const sessions = of('resume', 'agent:claude').map(
      ({ attributes }) => attributes['gen_ai.conversation.id'],
    )
    expect(sessions).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), sessions[0]])
    expect(only('hello', 'agent:claude').attributes['session.id']).toBe(
      only('hello', 'agent:claude').attributes['gen_ai.conversation.id'],
    )
  })

  test('tells failures by their kind, and how each turn ended that did not come to its end', () => {
    const read = (key: string) =>
      [...spans].flatMap(([probe, list]) =>
        list
          .filter(({ attributes }) => attributes[key] !== undefined)
          .map(({ name, attributes }) => [probe, name, attributes[key]]),
      )
    expect(read('error.type')).toEqual(failures)
    expect(read('turnspan.call.end')).toEqual(endings)
    expect(only('denied', 'tool:Bash').status.message).toMatch(/not here|denied/)
  })

  test('hands the trace on to what the process runs', () => {
    const tool = only('environment', 'tool:Bash')
    const turn = only('environment', 'agent:claude')
    expect(contentOf(tool, 'Outputs')).toMatchObject({
      stdout: `trace=00-${turn.traceId}-${turn.spanId}-01`,
    })
  })
}
