import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

let app: BuiltApp
let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
  app = await fixtureApp(here('../integrations/openai/fixtures/openai-6'), here('./programs'))
}, 180_000)
afterAll(async () => {
  await app.remove()
  await provider.stop()
})

let runs = 0
async function seenBy(program: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const address = provider.address('hello', `testing${runs++}`)
  const result = await runNode(app.program(program), { cwd: app.dir, env: { BASE_URL: address, ...env } })
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(result.stdout)
}

describe.each(['capture.mjs', 'capture.cjs'])('a capture without a target, in %s', (program) => {
  test.each([
    ['without init', 'none'],
    ['after an init that has nothing to send to', 'off'],
    ['after an init that names the integration and has nothing to send to', 'named'],
    ['that asks for the integration itself', 'asked'],
    ['while init is called', 'during'],
    ['after shutdown was called during it', 'shutdown'],
  ])('%s sees the calls of integrations', async (_what, INIT) => {
    expect(await seenBy(program, { INIT })).toEqual({
      during: ['agent:clerk', 'chat gpt-4o'],
      after: [],
      codes: [],
      patched: false,
    })
  })

  test('leaves out the integrations that it is told to', async () => {
    expect(await seenBy(program, { INIT: 'none', WANTED: 'false' })).toMatchObject({
      during: ['agent:clerk'],
    })
    expect(await seenBy(program, { INIT: 'not wanted' })).toMatchObject({ during: ['agent:clerk'] })
  })
})
