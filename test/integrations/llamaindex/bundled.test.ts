import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { startProvider } from '../../support/provider/server.ts'
import { fixture, programs } from './matrix.ts'

test('a minified bundle is traced by hand', { timeout: 60_000 }, async () => {
  await using provider = await startProvider()
  await using collector = await startOtlpHttp()
  await using app = await fixtureApp(fixture('llamaindex-0.12'), programs)
  const outfile = join(app.dir, 'bundle.mjs')
  await build({
    entryPoints: [app.program('bundled.mjs')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'silent',
    external: ['@huggingface/*', 'gpt-tokenizer', 'undici', 'ws'],
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  })
  const settings = {
    endpoint: `${collector.url}/v1/traces`,
    baseURL: `${provider.address('tool', 'bundled')}/v1`,
  }
  const ended = await runNode(outfile, { cwd: app.dir, env: { SETTINGS: JSON.stringify(settings) } })
  expect(ended).toMatchObject({ code: 0, stdout: 'It is sunny in Paris, 21 degrees.' })
  const spans = await collector.waitForSpans(4)
  expect(treeOf(spans)).toEqual([
    'agent:Assistant AGENT OK',
    '  chat gpt-4o CHAT_MODEL OK',
    '  get_weather TOOL OK',
    '  chat gpt-4o CHAT_MODEL OK',
  ])
})
