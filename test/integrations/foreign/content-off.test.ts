import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp, integrationFolders } from '../../support/integrations.ts'

const CANARY = 'the words of a user, which nobody must read'
const { fixture, programs } = integrationFolders(import.meta.url)

let app: BuiltApp
beforeAll(async () => {
  app = await fixtureApp(fixture('genai'), programs)
})
afterAll(() => app.remove())

async function sentBy(settings: object): Promise<OtlpHttpCollector> {
  const collector = await startOtlpHttp()
  const endpoint = `${collector.url}/v1/traces`
  const ended = await runNode(app.program('canary.mjs'), {
    cwd: app.dir,
    // Strands calls its tracer by the name of the service.
    env: { OTEL_SERVICE_NAME: 'shop', SETTINGS: JSON.stringify({ ...settings, canary: CANARY, endpoint }) },
  })
  expect(ended.code, ended.stderr).toBe(0)
  await collector.stop()
  return collector
}

const tells = ({ requests }: OtlpHttpCollector): boolean =>
  requests.some(({ body }) => Buffer.from(body).includes(CANARY))

const SPANS: Readonly<Record<string, readonly string[]>> = {
  openinference: ['OpenAI Chat Completions', 'OpenAI Embeddings'],
  openllmetry: ['chat gpt-5'],
  strands: ['chat', 'look', 'span', 'execute_agent_loop_cycle', 'invoke_agent Strands Agent'],
  adk: ['look', 'call_llm', 'invoke_agent helper', 'invocation'],
}

describe.each(Object.keys(SPANS))('what %s records by itself', (library) => {
  test.each([
    ['our provider', false],
    ["the application's provider", true],
  ])('is without any content while capture is off, with %s', async (_name, registered) => {
    const sent = await sentBy({ library, registered, captureContent: false })
    const spans = sent.spans()
    expect(new Set(spans.map(({ name }) => name))).toStrictEqual(new Set(SPANS[library]))
    expect(tells(sent)).toBe(false)
    const models = spans.flatMap(
      ({ attributes }) => attributes['gen_ai.request.model'] ?? attributes['llm.model_name'] ?? [],
    )
    expect(models.length).toBeGreaterThan(0)
  })

  test('is whole with content', async () => {
    expect(tells(await sentBy({ library, registered: false, captureContent: true }))).toBe(true)
  })
})
