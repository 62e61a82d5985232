import { expect, test } from 'vitest'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { startProvider } from '../../support/provider/server.ts'
import { fixture, programs } from './matrix.ts'

test('one call is one span where the client makes spans of its own, and what else it traces comes through', {
  timeout: 600_000,
}, async () => {
  await using provider = await startProvider()
  await using collector = await startOtlpHttp()
  await using app = await fixtureApp(fixture('mistral-2'), programs)
  const settings = { endpoint: `${collector.url}/v1/traces`, serverURL: provider.address('hello', 'own') }
  const ended = await runNode(app.program('own-spans.mjs'), {
    cwd: app.dir,
    env: { SETTINGS: JSON.stringify(settings) },
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const spans = collector.spans()
  const own = spans.filter(({ scope }) => scope.name === 'mistralai_sdk_tracer').map(({ name }) => name)
  expect(own).toEqual(['list_models_v1_models_get'])
  const others = spans.map(({ name }) => name).filter((name) => !own.includes(name))
  expect(others.toSorted()).toEqual(['chat mistral-large-latest', 'chat mistral-large-latest', 'turn'])
})
