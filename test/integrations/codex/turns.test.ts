import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { withSpan } from '../../../src/index.ts'
import { instrumentCodex } from '../../../src/integrations/codex/index.ts'
import {
  type CapturedTraces,
  type CaptureTracesOptions,
  captureTraces,
  type SpanNode,
} from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { fixture } from './matrix.ts'

// What the objects of the SDK take and give is their own affair.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

const replay = fileURLToPath(new URL('./programs/replay.mjs', import.meta.url))

let sdk: Anything
beforeAll(async () => {
  const file = join(await fixtureModules(fixture('codex-sdk-0.163')), '@openai/codex-sdk/dist/index.js')
  sdk = await import(pathToFileURL(file).href)
})

let undo: (() => void) | undefined
afterEach(() => {
  undo?.()
  undo = undefined
})

const captureAlone = (options: CaptureTracesOptions = {}): CapturedTraces =>
  captureTraces({ instrumentations: [], ...options })

const newThread = (options: object = { model: 'gpt-5' }): Anything =>
  new sdk.Codex({ codexPathOverride: replay }).startThread(options)

const outlines = (traces: CapturedTraces): string[][] =>
  traces.all.map(({ tree }) => tree.flatMap((node) => outline(node, 0)))

const outline = ({ span, children }: SpanNode, depth: number): string[] => [
  `${'> '.repeat(depth)}${span.name} ${span.type} ${span.status.code}`,
  ...children.flatMap((child) => outline(child, depth + 1)),
]

const spanOf = (traces: CapturedTraces, name: string, index = 0): Anything =>
  traces.spans.filter((span) => span.name === name)[index]

describe('a turn of Codex', () => {
  test('is a tree with its tools, and has the same result', async () => {
    const bare = await newThread().run('everything')
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    expect(await newThread().run('everything')).toEqual(bare)
    expect(outlines(traces)).toEqual([
      [
        'agent:codex AGENT OK',
        '> tool:command_execution TOOL ERROR',
        '> tool:lookup TOOL ERROR',
        '> tool:file_change TOOL OK',
        '> tool:web_search TOOL OK',
        '> usage LLM OK',
      ],
    ])
    expect(spanOf(traces, 'agent:codex')).toMatchObject({ inputs: 'everything', outputs: 'secret answer' })
    expect(spanOf(traces, 'tool:command_execution')).toMatchObject({
      inputs: { command: "/bin/bash -lc 'echo secret'" },
      outputs: 'secret\n',
      attributes: { 'process.exit.code': 3, 'error.type': 'failed' },
    })
    expect(spanOf(traces, 'tool:lookup')).toMatchObject({
      inputs: { key: 'secret key' },
      attributes: { 'codex.mcp.server': 'shelf' },
      error: { type: 'failed', message: 'secret failure' },
    })
    expect(spanOf(traces, 'tool:file_change').inputs).toEqual({
      changes: [{ path: 'secret.txt', kind: 'add' }],
    })
    expect(spanOf(traces, 'tool:web_search').inputs).toEqual({ query: 'secret query' })
    const events = spanOf(traces, 'agent:codex').events.map(({ name }: { name: string }) => name)
    expect(events).toEqual(['codex.reasoning', 'codex.todo_list', 'codex.warning'])
  })

  test('has its own tokens, and not those of the thread', async () => {
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    const thread = newThread()
    await thread.run('command')
    await thread.run('again')
    expect(traces.spans.filter(({ name }) => name === 'usage').map(({ tokens }) => tokens)).toMatchObject([
      { inputTokens: 300, outputTokens: 30, totalTokens: 330, cacheReadInputTokens: 50 },
      { inputTokens: 400, outputTokens: 20, totalTokens: 420, cacheReadInputTokens: 100 },
    ])
    expect(spanOf(traces, 'usage').model).toBe('gpt-5')
    expect(traces.all.map(({ sessionId }) => sessionId)).toEqual([thread.id, thread.id])
  })

  test('says that its tokens are not known where the thread began elsewhere, and knows those of the next', async () => {
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    const thread = new sdk.Codex({ codexPathOverride: replay }).resumeThread('thread-from-elsewhere')
    await thread.run('command')
    expect(outlines(traces)).toEqual([['agent:codex AGENT OK', '> tool:command_execution TOOL OK']])
    expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_USAGE_UNKNOWN'])
    await thread.run('again')
    expect(spanOf(traces, 'usage').tokens).toMatchObject({ inputTokens: 400, outputTokens: 20 })
    expect(traces.all.map(({ sessionId }) => sessionId)).toEqual(Array(2).fill('thread-from-elsewhere'))
  })

  test.each([
    ['failed', 'secret error', 'turn_failed'],
    ['crash', 'Codex Exec exited with code 7: secret crash\n', 'Error'],
  ])('fails with the program: %s', async (input, message, type) => {
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    await expect(newThread().run(input)).rejects.toThrow(message)
    expect(outlines(traces)).toEqual([['agent:codex AGENT ERROR']])
    expect(spanOf(traces, 'agent:codex').error.type).toBe(type)
  })

  test('ends with what is open below it', async () => {
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    await newThread().run('open')
    expect(spanOf(traces, 'tool:command_execution').attributes['turnspan.call.end']).toBe('abandoned')
    expect(spanOf(traces, 'agent:codex').status.code).toBe('OK')
  })

  test('ends where the program leaves the stream, or aborts it', async () => {
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    const { events } = await newThread().runStreamed('command')
    for await (const { type } of events) if (type === 'item.started') break
    const controller = new AbortController()
    const aborted = await newThread().runStreamed('command', { signal: controller.signal })
    const reading = (async () => {
      for await (const { type } of aborted.events) if (type === 'thread.started') controller.abort()
    })()
    await expect(reading).rejects.toThrow('aborted')
    const ends = traces.spans.filter(({ name }) => name === 'agent:codex')
    expect(ends.map(({ attributes }) => attributes['turnspan.call.end'])).toEqual(['stopped', 'aborted'])
  })

  test('begins when the program asks for the first event', async () => {
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    const { events } = await newThread().runStreamed('command')
    await withSpan(
      async () => {
        for await (const _event of events);
      },
      { name: 'reading' },
    )
    expect(outlines(traces)[0]?.slice(0, 2)).toEqual(['reading UNKNOWN OK', '> agent:codex AGENT OK'])
  })

  test.each(['everything', 'failed', 'crash'])(
    'has no content where content is not captured: %s',
    async (input) => {
      using traces = captureAlone({ captureContent: false })
      undo = instrumentCodex(sdk)
      await newThread()
        .run(`${input} secret question`)
        .catch(() => undefined)
      expect(traces.spans.length).toBeGreaterThan(0)
      expect(JSON.stringify(traces.spans)).not.toContain('secret')
    },
  )

  test('passes through redaction', async () => {
    using traces = captureAlone({ redact: (value) => String(value).replaceAll('secret', '***') })
    undo = instrumentCodex(sdk)
    await newThread().run('everything')
    expect(JSON.stringify(traces.spans)).toContain('*** thought')
    expect(JSON.stringify(traces.spans)).not.toContain('secret')
  })
})

describe('switching the Codex SDK on and off', () => {
  const method = (): unknown => sdk.Thread.prototype.runStreamedInternal

  test('puts the method back, and makes no span then', async () => {
    using traces = captureAlone()
    const before = method()
    undo = instrumentCodex(sdk)
    expect(method()).not.toBe(before)
    undo()
    expect(method()).toBe(before)
    await newThread().run('command')
    expect(traces.spans).toEqual([])
  })

  test('changes nothing the second time', async () => {
    using traces = captureAlone()
    undo = instrumentCodex(sdk)
    const once = method()
    const second = instrumentCodex(sdk)
    expect(method()).toBe(once)
    await newThread().run('again')
    expect(outlines(traces)).toEqual([['agent:codex AGENT OK', '> usage LLM OK']])
    second()
  })

  test.each(['the class', 'a thread'])('takes %s', async (what) => {
    using traces = captureAlone()
    undo = instrumentCodex(what === 'the class' ? sdk.Thread : newThread())
    await newThread().run('again')
    expect(traces.spans.length).toBeGreaterThan(0)
  })

  test('says so where it is given something else', () => {
    using traces = captureAlone()
    instrumentCodex({ nothing: 'known' })()
    expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
  })
})
