import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'
import { fixtureApp } from '../support/integrations.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'

const programs = fileURLToPath(new URL('./programs', import.meta.url))
const fixture = (room: string, set: string): string =>
  fileURLToPath(new URL(`../integrations/${room}/fixtures/${set}`, import.meta.url))

const HELLO = 'Hello! How can I help you today?'

let provider: Provider
let collector: OtlpHttpCollector
beforeEach(async () => {
  collector = await startOtlpHttp()
  return () => collector.stop()
})
beforeAll(async () => {
  provider = await startProvider({
    object: [{ text: '{"city":"Lisbon"}' }],
    'rate-limit': [{ fault: { status: 429 } }],
  })
})
afterAll(() => provider.stop())

interface Traced {
  readonly outputs: unknown
  readonly status: string | undefined
  /** Whether it ended after the consumer had what it wanted, and not at the return or never. */
  readonly saw: unknown
}

/** What arrived of each program: the span of the traced function, and what its consumer saw. */
async function traced(room: string, set: string, program: string): Promise<Record<string, Traced>> {
  await using app = await fixtureApp(fixture(room, set), programs)
  const { origin } = new URL(provider.address('hello', 'x'))
  const result = await runNode(app.program(`${program}.mjs`), {
    cwd: app.dir,
    env: { SETTINGS: JSON.stringify({ endpoint: `${collector.url}/v1/traces`, provider: origin }) },
  })
  expect([result.code, result.stderr]).toEqual([0, ''])
  const spans = collector.spans()
  const outputs = (span: DecodedSpan | undefined): unknown => span?.attributes['mlflow.spanOutputs']
  const all = spans
    .filter(({ name }) => name.startsWith('used '))
    .map((used): [string, Traced] => {
      const name = used.name.slice('used '.length)
      const span = spans.find((found) => found.name === name)
      const inTime = span !== undefined && span.endTimeUnixNano <= used.startTimeUnixNano
      return [
        name,
        { outputs: outputs(span), status: inTime ? span.status.code : 'open', saw: outputs(used) },
      ]
    })
  return Object.fromEntries(all)
}

const ok = (outputs: unknown, saw: unknown = outputs): Traced => ({ outputs, saw, status: 'OK' })

describe('what the AI SDK returns', { timeout: 120_000 }, () => {
  test.each(['ai-5', 'ai-6', 'ai-7'])('ends with its stream, as the text or the object: %s', async (set) => {
    expect(await traced('ai-sdk', set, 'ai')).toEqual({
      textStream: ok(HELLO),
      fullStream: ok(HELLO, true),
      text: ok(HELLO),
      both: ok(HELLO),
      async: ok(HELLO),
      response: ok({ status: 200, body: HELLO }, HELLO),
      object: ok({ city: 'Lisbon' }),
    })
  })
})

const completion = (content: string) =>
  expect.objectContaining({
    choices: [expect.objectContaining({ message: expect.objectContaining({ content }) })],
  })

describe('what OpenAI\u2019s client returns', { timeout: 120_000 }, () => {
  test.each(['openai-5', 'openai-7'])('ends with its work, as the whole answer: %s', async (set) => {
    const { failed, aborted, iterated, runTools, responses, asResponse, ...rest } = await traced(
      'openai',
      set,
      'openai',
    )
    expect(rest).toEqual({
      finalContent: ok(completion(HELLO), HELLO),
      events: ok(completion(HELLO), HELLO),
      withResponse: ok(expect.anything(), HELLO),
      awaited: ok(completion(HELLO), HELLO),
    })
    expect(iterated).toEqual(ok(completion(HELLO), true))
    expect(runTools).toMatchObject({ status: 'OK', saw: expect.any(String) })
    expect(JSON.stringify(runTools?.outputs)).toContain(String(runTools?.saw))
    expect(responses).toMatchObject({ status: 'OK', saw: HELLO, outputs: { output: expect.anything() } })
    expect(asResponse).toMatchObject({
      status: 'OK',
      saw: HELLO,
      outputs: { status: 200, body: completion(HELLO) },
    })
    expect(failed).toMatchObject({ status: 'ERROR', saw: expect.stringContaining('429') })
    expect(aborted?.status).not.toBe('open')
  })
})

describe('what Anthropic\u2019s client returns', { timeout: 120_000 }, () => {
  test.each(['anthropic-0', 'anthropic-1'])('ends with its work, as the whole message: %s', async (set) => {
    const { failed, ...rest } = await traced('anthropic', set, 'anthropic')
    const message = expect.objectContaining({ content: [expect.objectContaining({ text: HELLO })] })
    expect(rest).toEqual({
      finalMessage: ok(message, HELLO),
      finalText: ok(message, HELLO),
      events: ok(message, HELLO),
      iterated: ok(message, true),
    })
    expect(failed).toMatchObject({ status: 'ERROR', saw: expect.stringContaining('429') })
  })
})

describe('a stream of LangChain', { timeout: 120_000 }, () => {
  test('has each chunk once', async () => {
    const { stream, left } = await traced('langchain', 'langchain-1', 'langchain')
    const text = (outputs: unknown): string =>
      (outputs as { content?: string; kwargs?: { content: string } }[])
        .map(({ content, kwargs }) => content ?? kwargs?.content)
        .join('')
    expect(stream).toMatchObject({ status: 'OK', saw: HELLO })
    expect(text(stream?.outputs)).toBe(HELLO)
    expect(left?.status).toBe('OK')
    expect(text(left?.outputs)).toBe(left?.saw)
  })
})
