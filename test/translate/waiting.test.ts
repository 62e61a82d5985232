import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { trace } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { flushTraces, init, shutdown, stats } from '../../src/index.ts'
import { runNode } from '../support/child.ts'
import { startOtlpHttp } from '../support/collector.ts'
import { freshStateHome } from '../support/run.ts'

afterEach(() => shutdown({ timeoutMs: 0 }))

const attributes = {
  'openinference.span.kind': 'LLM',
  'llm.model_name': 'gpt-5',
  'llm.input_messages.0.message.role': 'user',
  'llm.input_messages.0.message.content': 'Hi',
}
const target = (url: string): object => ({
  endpoint: `${url}/v1/traces`,
  protocol: 'http/protobuf',
  captureContent: true,
  contentKeys: 'mlflow',
})
const TRANSLATED = {
  'mlflow.spanType': 'CHAT_MODEL',
  'mlflow.llm.model': 'gpt-5',
  'mlflow.spanInputs': { messages: [{ role: 'user', content: 'Hi' }] },
}

test('a span that ends before the translation is loaded waits for it, and is counted meanwhile', async () => {
  await using collector = await startOtlpHttp()
  init(target(collector.url))
  // Its tracer tells nothing, so that nothing is loaded before its end.
  trace.getTracer('shop').startSpan('call', { attributes }).end()
  expect(stats()).toMatchObject({ queued: 1, sent: 0 })
  await flushTraces()
  expect(collector.spans()).toMatchObject([{ name: 'call', attributes: TRANSLATED }])
  expect(stats()).toMatchObject({ queued: 0, sent: 1 })
})

async function end(url: string, home: string, exitCode: readonly string[] = []): Promise<void> {
  const program = fileURLToPath(new URL('./ending.child.ts', import.meta.url))
  const args = [`${url}/v1/traces`, JSON.stringify(attributes), ...exitCode]
  const ended = await runNode(program, { args, env: { XDG_STATE_HOME: home } })
  expect(ended.code, ended.stderr).toBe(Number(exitCode[0] ?? 0))
}

test('a program that runs to its end sends it translated', async () => {
  await using collector = await startOtlpHttp()
  await end(collector.url, freshStateHome())
  expect(collector.spans()).toMatchObject([{ name: 'call', attributes: TRANSLATED }])
})

test('a program that ends in the same moment sends it as it is, or leaves it to the next one', async () => {
  await using collector = await startOtlpHttp()
  const home = freshStateHome()
  await end(collector.url, home, ['3'])
  await end(collector.url, home)
  expect(collector.spans().map((span) => span.attributes)).toStrictEqual([
    expect.objectContaining(attributes),
    expect.objectContaining(attributes),
  ])
  await rm(home, { recursive: true, force: true })
})
