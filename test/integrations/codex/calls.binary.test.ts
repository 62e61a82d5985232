import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, programs, scripts, ways } from './matrix.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(scripts)
})
afterAll(() => provider.stop())

const turn = (...tools: string[]): string[] => [
  'agent:codex AGENT OK',
  ...tools.map((tool) => `  tool:${tool} TOOL OK`),
  '  usage LLM OK',
]

const TREES: Readonly<Record<string, readonly string[]>> = {
  command: [...turn('command_execution'), ...turn()],
  streamed: turn('command_execution'),
  resumed: [...turn('command_execution'), ...turn()],
  failing: ['agent:codex AGENT OK', '  tool:command_execution TOOL ERROR', '  usage LLM OK'],
  patch: turn('file_change'),
  plan: turn(),
  reasoning: turn(),
  search: turn('web_search'),
  mcp: turn('lookup'),
  refused: ['agent:codex AGENT ERROR'],
  left: ['agent:codex AGENT OK'],
  aborted: ['agent:codex AGENT ERROR'],
  absent: ['agent:codex AGENT ERROR'],
}

describe.each(ways)('the binary of $set on Node $node, turnspan $order the SDK', ({ set, order, ...way }) => {
  let bare: Probed
  let traced: Probed
  let hidden: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  let withoutContent: readonly DecodedSpan[]
  beforeAll(async () => {
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, order, app, provider, library: '@openai/codex-sdk' }
    bare = await runProbes(run)
    await using collector = await startOtlpHttp()
    traced = await runProbes(run, collector)
    spans = spansByProbe(collector.spans())
    await using other = await startOtlpHttp()
    const only = ['command', 'failing', 'mcp', 'search', 'reasoning', 'refused']
    hidden = await runProbes({ ...run, only, init: { captureContent: false } }, other)
    withoutContent = other.spans()
  })

  test('gives the program the same events, items, usage and errors', () => {
    expect(traced.results).toEqual(bare.results)
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('asks the model the same', () => {
    expect(asked(traced)).toEqual(asked(bare))
    // Whom Codex is, and what it is given: nothing of the trace is told to it.
    expect(JSON.stringify(traced.sent)).not.toContain('traceparent')
  })

  test('every turn is one tree', () => {
    expect(Object.fromEntries([...spans].map(([name, found]) => [name, treeOf(found)]))).toEqual(TREES)
  })

  test('has the tokens of each turn, once', () => {
    const usages = (probe: string): unknown[] =>
      (spans.get(probe) ?? [])
        .filter(({ name }) => name === 'usage')
        .map(({ attributes }) => ['input', 'output'].map((kind) => attributes[`gen_ai.usage.${kind}_tokens`]))
    const each = [
      [300, 30],
      [300, 30],
    ]
    expect(usages('command')).toEqual(each)
    // The thread is known by its ID, whoever resumes it.
    expect(usages('resumed')).toEqual(each)
    expect(usages('reasoning')).toEqual([[30, 25]])
    const [first] = (spans.get('command') ?? []).filter(({ name }) => name === 'usage')
    expect(first?.attributes).toMatchObject({
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.usage.cache_read.input_tokens': 150,
      'gen_ai.usage.reasoning.output_tokens': 5,
    })
  })

  test('says what the agent did', () => {
    const one = (probe: string, name: string): Readonly<Record<string, unknown>> =>
      (spans.get(probe) ?? []).find((span) => span.name === name)?.attributes ?? {}
    expect(one('command', 'agent:codex')).toMatchObject({
      'mlflow.spanInputs': 'Say hello.',
      'mlflow.spanOutputs': 'It said hello.',
      'codex.sandbox_mode': 'danger-full-access',
      'session.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(one('command', 'tool:command_execution')).toMatchObject({
      'gen_ai.tool.name': 'command_execution',
      'mlflow.spanInputs': { command: expect.stringContaining('echo hello') },
      'mlflow.spanOutputs': 'hello\n',
      'process.exit.code': 0,
    })
    expect(one('failing', 'tool:command_execution')).toMatchObject({ 'process.exit.code': 3 })
    expect(one('patch', 'tool:file_change')).toMatchObject({
      'mlflow.spanInputs': { changes: [{ kind: 'add', path: expect.stringContaining('note.txt') }] },
    })
    expect(one('mcp', 'tool:lookup')).toMatchObject({
      'mlflow.spanInputs': { key: 'a' },
      'codex.mcp.server': 'shelf',
    })
    expect(one('search', 'tool:web_search')).toMatchObject({
      'mlflow.spanInputs': { query: 'weather in Paris' },
    })
    expect(one('refused', 'agent:codex')['error.type']).toBe('turn_failed')
    expect(one('left', 'agent:codex')['turnspan.call.end']).toBe('stopped')
    expect(one('aborted', 'agent:codex')['turnspan.call.end']).toBe('aborted')
  })

  test('has no content where content is not captured', () => {
    expect(hidden.results.command).toEqual(bare.results.command)
    const text = JSON.stringify(withoutContent, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(text).toContain('tool:command_execution')
    for (const content of ['hello', 'Say', 'It said', 'broken', 'book', 'weather in', 'greets', 'Invalid']) {
      expect(text).not.toContain(content)
    }
  })
})

/** What the model was asked, as far as two runs of Codex have it in common. */
function asked({ sent }: Probed): unknown {
  const stable = Object.entries(sent).filter(([probe]) => probe !== 'left' && probe !== 'aborted')
  return Object.fromEntries(
    stable.map(([probe, requests]) => [
      probe,
      (requests as readonly Request[]).map(({ method, path, body }) => [
        method,
        path,
        body.model,
        body.tools?.map((tool) => tool.name ?? tool.type),
        body.input?.map((item) => item.type),
      ]),
    ]),
  )
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body: {
    readonly model?: string
    readonly tools?: readonly { readonly name?: string; readonly type?: string }[]
    readonly input?: readonly { readonly type?: string }[]
  }
}
