import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp, integrationFolders } from '../../support/integrations.ts'
import type { Script, ScriptedAnswer } from '../../support/provider/script.ts'
import { startProvider } from '../../support/provider/server.ts'

const CANARY = 'the words of a user, which nobody must read'
const { fixture, programs } = integrationFolders(import.meta.url)

let app: BuiltApp
beforeAll(async () => {
  app = await fixtureApp(fixture('mastra'), programs)
})
afterAll(() => app.remove())

const said = { text: CANARY, reasoning: CANARY }
const calls = (name: string): ScriptedAnswer => ({
  tools: [{ name, arguments: { canary: CANARY } }],
  ...said,
})
const refusal = JSON.stringify({ error: { message: CANARY, type: CANARY, code: CANARY } })

/** What the model of each agent answers. */
const SCRIPTS: Readonly<Record<string, Script>> = {
  streams: [calls('look'), said],
  helps: [calls('look'), said],
  // A tool that there is none of, by a name that the model made up.
  invents: [calls(CANARY), said],
  fails: [calls('look'), said],
  refuses: [{ body: { status: 400, type: 'application/json', text: refusal } }],
}

async function sentBy(settings: object): Promise<OtlpHttpCollector> {
  await using provider = await startProvider(SCRIPTS)
  const collector = await startOtlpHttp()
  const models = Object.fromEntries(Object.keys(SCRIPTS).map((name) => [name, provider.address(name, name)]))
  const all = { ...settings, canary: CANARY, endpoint: `${collector.url}/v1/traces`, models }
  const ended = await runNode(app.program('mastra.mjs'), {
    cwd: app.dir,
    env: { MASTRA_TELEMETRY_DISABLED: '1', SETTINGS: JSON.stringify(all) },
  })
  expect(ended.code, ended.stderr).toBe(0)
  expect(JSON.parse(ended.stdout)).toStrictEqual(['success', 'failed', CANARY])
  await collector.stop()
  return collector
}

const tells = ({ requests }: OtlpHttpCollector): boolean =>
  requests.some(({ body }) => Buffer.from(body).includes(CANARY))

/** Those that tell a run, in the words of both ways: the bridge has no names for the steps of a workflow. */
const RUNS = [
  'chat gpt-5 OK',
  'look OK',
  'look ERROR',
  'invoke_agent helper OK',
  'invoke_agent helper ERROR',
  'invoke_workflow flow OK',
  'invoke_workflow flow ERROR',
]

describe.each(['exporter', 'bridge', "bridge and the application's provider"])(
  'what Mastra records by itself, by its %s',
  (way) => {
    test('is without any content while capture is off', async () => {
      const sent = await sentBy({ way, captureContent: false })
      const spans = sent.spans()
      const runs = new Set(spans.map(({ name, status }) => `${name} ${status.code}`))
      expect([...runs]).toStrictEqual(expect.arrayContaining(RUNS))
      expect(tells(sent)).toBe(false)
      const chats = spans.filter(({ name }) => name === 'chat gpt-5')
      expect(chats.map(({ attributes }) => attributes['gen_ai.request.model'])).toContain('gpt-5')
      expect(chats.some(({ attributes }) => Number(attributes['gen_ai.usage.input_tokens']) > 0)).toBe(true)
    })

    test('is whole with content', async () => {
      const sent = await sentBy({ way, captureContent: true })
      const telling = sent
        .spans()
        .filter((span) => JSON.stringify([span.attributes, span.events, span.status], plain).includes(CANARY))
        .map(({ name, status }) => `${name} ${status.code}`)
      expect(telling).toStrictEqual(expect.arrayContaining(RUNS))
    })
  },
)

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
