import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { fixtureApp, fixtureModules, integrationFolders } from '../support/integrations.ts'
import { type NodeLine, nodeBinary } from '../support/node-versions.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'

const { fixture } = integrationFolders(new URL('../integrations/openai/x', import.meta.url).href)

let app: BuiltApp
let provider: Provider
let collector: OtlpHttpCollector
beforeAll(async () => {
  provider = await startProvider()
  app = await fixtureApp(fixture('openai-7'), fileURLToPath(new URL('./programs', import.meta.url)))
  const contents = "export { default } from 'openai'"
  for (const format of ['esm', 'cjs'] as const) {
    await build({
      stdin: { contents, resolveDir: app.dir },
      outfile: app.program(`bundle.${format === 'esm' ? 'mjs' : 'cjs'}`),
      format,
      bundle: true,
      minify: true,
      platform: 'node',
      logLevel: 'silent',
    })
  }
  const openai = join(await fixtureModules(fixture('openai-7')), 'openai')
  await cp(openai, app.program('vendor/client'), { recursive: true })
})
afterAll(async () => {
  await app.remove()
  await provider.stop()
})
beforeEach(async () => {
  collector = await startOtlpHttp()
  return () => collector.stop()
})

let runs = 0
async function call(way: string, line: NodeLine, nodeArgs: string[] = []) {
  const ended = await runNode(app.program('call.mjs'), {
    nodeBinary: await nodeBinary(line),
    nodeArgs,
    env: {
      WAY: way,
      BASE_URL: `${provider.address('hello', `way${runs++}`)}/v1`,
      ENDPOINT: `${collector.url}/v1/traces`,
    },
  })
  expect(ended.code, ended.stderr).toBe(0)
  return { ...(JSON.parse(ended.stdout) as { said: string; states: string[] }), stderr: ended.stderr }
}

const FOUND = [
  'import before init',
  'import after init',
  'require before init',
  'require after init',
  'import of the client module',
  'import by path',
  'copied into the sources',
  'import with a query, as loaders that reload do',
]
const SAID = ['bundled into the application', 'a context of its own']

describe.each([20, 22, 24] as const)('on Node %i', (line) => {
  test.each(FOUND)('a client by %s is traced', async (way) => {
    const { said, states, stderr } = await call(way, line)
    expect(said).toBe('Hello! How can I help you today?')
    expect(collector.spans().map(({ name }) => name)).toEqual(['chat gpt-4o'])
    expect(states).toContain('active')
    expect(stderr).toBe('')
  })

  test.each(SAID)('that a client by %s is not traced is said', async (way) => {
    const { said, stderr } = await call(way, line)
    expect(said).toBe('Hello! How can I help you today?')
    expect(collector.spans()).toEqual([])
    expect(stderr).toContain('[TS_CALL_NOT_TRACED]')
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  test('a client is traced, or it is said, where ES modules cannot be required', async () => {
    const { stderr } = await call('import before init', line, ['--no-experimental-require-module'])
    const traced = collector.spans().map(({ name }) => name)
    if (line === 24) expect([traced, stderr]).toEqual([[], expect.stringContaining('[TS_CALL_NOT_TRACED]')])
    else expect([traced, stderr]).toEqual([['chat gpt-4o'], ''])
  })
})
