import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { linesOf } from '../foreign/translated.ts'
import { fixture, programs, scripts, ways } from './matrix.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(scripts)
})
afterAll(() => provider.stop())

const CALL = '  chat gpt-4o CHAT_MODEL 40/10/16'
const tooled = (tool: string): string[] => ['agent:opencode AGENT 80/20/32', CALL, CALL, `  ${tool}`]

const TREES: Readonly<Record<string, readonly string[]>> = {
  hello: ['agent:opencode AGENT 20/10/0', '  chat gpt-4o CHAT_MODEL 20/10/0'],
  tool: tooled('tool:bash TOOL'),
  'tool-fails': tooled('tool:read TOOL FAILED'),
  'sub-agent': [
    'agent:opencode AGENT 160/40/64',
    CALL,
    CALL,
    '  tool:task TOOL',
    '    agent:general AGENT 80/20/32',
    `    ${CALL}`,
    `    ${CALL}`,
    '      tool:bash TOOL',
  ],
  refused: ['agent:opencode AGENT FAILED', '  chat gpt-4o CHAT_MODEL FAILED'],
  twice: [
    'agent:opencode AGENT 200/10/100',
    '  chat gpt-4o CHAT_MODEL 200/10/100',
    'agent:opencode AGENT 40/10/16',
    CALL,
  ],
  async: tooled('tool:bash TOOL'),
  'version-2': tooled('tool:bash TOOL'),
  'no-reply': [],
  'no-session': ['agent:opencode AGENT FAILED'],
}

/** What is said in the turns, by users, models, tools and errors. */
const SAID = [
  'How is',
  'Say hello',
  'It says hello',
  'echo hello',
  'nowhere',
  'Invalid value',
  'sunny',
  'One and one',
]

describe.each(ways)('the binary of $set on Node $node, turnspan $order the SDK', ({ set, order, ...way }) => {
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  let hidden: Buffer
  let hiddenSpans: readonly DecodedSpan[]
  beforeAll(async () => {
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, order, app, provider, library: './library.mjs' }
    bare = await runProbes(run)
    await using collector = await startOtlpHttp()
    traced = await runProbes(run, collector)
    spans = spansByProbe(collector.spans())
    await using other = await startOtlpHttp()
    await runProbes({ ...run, init: { captureContent: false } }, other)
    hidden = Buffer.concat(other.requests.map(({ body }) => Buffer.from(body)))
    hiddenSpans = other.spans()
  })

  const present = (probe: string): boolean => bare.results[probe]?.absent !== true
  const of = (probe: string, name: string): readonly DecodedSpan[] =>
    (spans.get(probe) ?? []).filter((span) => span.name === name)

  test('gives the program the same', () => {
    expect(traced.results).toEqual(bare.results)
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('asks the model the same', () => {
    expect(asked(traced)).toEqual(asked(bare))
    expect(JSON.stringify(traced.sent)).not.toContain('traceparent')
  })

  test('every turn is one tree, with its tokens once', () => {
    const found = Object.fromEntries([...spans].map(([probe, list]) => [probe, linesOf(list)]))
    expect(found).toEqual(Object.fromEntries(Object.entries(TREES).filter(([probe]) => present(probe))))
  })

  test('spans have the times of the work, one after the other', () => {
    const [first, last] = of('tool', 'chat gpt-4o')
    const [tool] = of('tool', 'tool:bash')
    const [turn] = of('tool', 'agent:opencode')
    const times = [turn, first, tool, last].map((span) => span?.startTimeUnixNano)
    expect(times).toEqual(times.toSorted((a, b) => Number((a ?? 0n) - (b ?? 0n))))
    expect(first?.endTimeUnixNano).toBeLessThanOrEqual(tool?.startTimeUnixNano ?? 0n)
    expect(tool?.endTimeUnixNano).toBeLessThanOrEqual(last?.startTimeUnixNano ?? 0n)
    for (const span of [first, tool, last]) {
      expect(Number((span?.endTimeUnixNano ?? 0n) - (span?.startTimeUnixNano ?? 0n))).toBeGreaterThan(0)
    }
  })

  test('spans say what was asked and what came', () => {
    expect(of('tool', 'tool:bash')[0]?.attributes).toMatchObject({
      'gen_ai.tool.call.id': 'call_bash',
      'mlflow.spanInputs': { command: 'echo hello' },
      'mlflow.spanOutputs': 'hello\n',
    })
    expect(of('tool', 'agent:opencode')[0]?.attributes).toMatchObject({
      'mlflow.spanInputs': 'Say hello.',
      'mlflow.spanOutputs': 'It says hello.',
      'opencode.agent': 'build',
      'session.id': expect.stringMatching(/^ses_/),
    })
    const [first, last] = of('tool', 'chat gpt-4o')
    expect(first?.attributes).toMatchObject({
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.provider.name': 'tool',
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'mlflow.spanOutputs': { choices: [{ message: { tool_calls: [{ id: 'call_bash' }] } }] },
    })
    expect(last?.attributes['mlflow.spanOutputs']).toMatchObject({
      choices: [{ message: { content: 'It says hello.' }, finish_reason: 'stop' }],
    })
    expect(of('twice', 'chat gpt-4o')[1]?.attributes).toMatchObject({
      'gen_ai.usage.reasoning.output_tokens': 4,
      'mlflow.spanOutputs': { choices: [{ message: { reasoning_content: 'One and one.' } }] },
    })
    expect(of('tool-fails', 'tool:read')[0]?.status.message).toMatch(/nowhere/i)
    const [refused] = of('refused', 'agent:opencode')
    expect(refused?.attributes['error.type']).toBe('APIError')
    expect(refused?.status.message).toContain('Invalid value')
  })

  test('without content nothing of it leaves, and the tree is the same', () => {
    for (const words of SAID) expect([words, hidden.includes(words)]).toEqual([words, false])
    expect(linesOf(spansByProbe(hiddenSpans).get('sub-agent') ?? [])).toEqual(TREES['sub-agent'])
  })
})

/** What the models were sent, without the folder and the session, which are others each time. */
function asked({ sent }: Probed): unknown {
  const bodies = Object.entries(sent).map(([probe, requests]) => [
    probe,
    (requests as { path: string; body: unknown }[]).map(({ path, body }) => [path, body]),
  ])
  const text = JSON.stringify(Object.fromEntries(bodies))
  return JSON.parse(
    text.replaceAll(/turnspan-opencode-\w+/g, 'home').replaceAll(/ses_\w+/g, 'session'),
  ) as unknown
}
