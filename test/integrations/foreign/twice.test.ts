import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp, integrationFolders } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { linesOf } from './translated.ts'

const { fixture, programs } = integrationFolders(import.meta.url)

let app: BuiltApp
let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
  app = await fixtureApp(fixture('genai'), programs)
})
afterAll(async () => {
  await provider?.stop()
  await app?.remove()
})

async function linesWith(instrumentation: string, settings: object): Promise<string[]> {
  await using collector = await startOtlpHttp()
  const options = { endpoint: `${collector.url}/v1/traces`, protocol: 'http/protobuf', ...settings }
  const baseURL = `${provider.address('hello', 'twice')}/v1`
  const env = { SETTINGS: JSON.stringify({ baseURL, options, instrumentation }) }
  const ended = await runNode(app.program('twice.mjs'), { cwd: app.dir, env })
  expect(ended.code, ended.stderr).toBe(0)
  return linesOf(collector.spans())
}

const USED = 'CHAT_MODEL 20/10/0'

test.each([
  ['@arizeai/openinference-instrumentation-openai', `OpenAI Chat Completions ${USED}`],
  ['@traceloop/instrumentation-openai', `chat gpt-4o ${USED}`],
])('a call that turnspan and %s trace is one span, of one of them', async (instrumentation, theirs) => {
  expect(await linesWith(instrumentation, {})).toStrictEqual([`chat gpt-4o ${USED}`])
  expect(await linesWith(instrumentation, { instrumentations: false })).toStrictEqual([theirs])
})
