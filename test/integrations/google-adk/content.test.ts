import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { assembleApp, type BuiltApp } from '../../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp, fixtureModules, integrationFolders } from '../../support/integrations.ts'
import { linesOf, runLibrary } from '../foreign/translated.ts'
import { fixture } from './matrix.ts'

const CANARY = 'the words of a user, which nobody must read'
const { programs } = integrationFolders(new URL('../foreign/matrix.ts', import.meta.url).href)
const own = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** All that a program says in which every word is the canary, on the wire. */
async function sentBy(app: BuiltApp, settings: object, options: object): Promise<OtlpHttpCollector> {
  const collector = await startOtlpHttp()
  const target = { endpoint: `${collector.url}/v1/traces`, protocol: 'http/protobuf', contentKeys: 'mlflow' }
  const { report } = await runLibrary(app, {
    library: 'adk',
    canary: CANARY,
    ...settings,
    options: { ...target, instrumentations: 'auto', ...options },
  })
  expect(report).toMatchObject({ queued: 0, rejected: 0, dropped: {} })
  await collector.stop()
  return collector
}

const tells = ({ requests }: OtlpHttpCollector, words: string): boolean =>
  requests.some(({ body }) => Buffer.from(body).includes(words))

/** What a tree has whatever is known of its content. */
const LINES = [
  '  agent:weather AGENT',
  '    call_llm CHAT_MODEL 40/10/16',
  '    call_llm CHAT_MODEL FAILED',
  '    look TOOL',
  '    look TOOL FAILED',
]

test('no content leaves while it is not captured, and spans arrive though ADK has another copy of the API', async () => {
  await using app = await assembleApp({
    modules: await fixtureModules(fixture('genai')),
    programs: [programs],
    secondApi: own,
  })
  const sent = await sentBy(app, {}, { captureContent: false })
  expect(tells(sent, CANARY)).toBe(false)
  expect(linesOf(sent.spans())).toEqual(expect.arrayContaining(LINES))
})

test("redaction reaches all that is added, with a provider of the application's", async () => {
  await using app = await fixtureApp(fixture('genai'), programs)
  const sent = await sentBy(app, { registered: true, redacting: true }, { captureContent: true })
  expect(tells(sent, CANARY)).toBe(false)
  expect(tells(sent, 'nobody knows')).toBe(true)
  expect(linesOf(sent.spans())).toEqual(expect.arrayContaining(LINES))
})
