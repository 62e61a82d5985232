import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { type NodeResult, runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { treeOf } from '../../support/differential.ts'
import { fixtureApp, fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, programs } from './matrix.ts'

let provider: Provider
let app: BuiltApp
beforeAll(async () => {
  provider = await startProvider()
  app = await fixtureApp(fixture('claude-agent-sdk-0.3'), programs)
})
afterAll(async () => {
  await app.remove()
  await provider.stop()
})

const run = (
  program: string,
  collector: OtlpHttpCollector,
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[] = [],
): Promise<NodeResult> =>
  runNode(join(app.dir, program), {
    cwd: app.dir,
    nodeArgs,
    env: {
      ADDRESS: provider.address('hello', `applications-${program}`),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      ...env,
    },
  })

const ANSWER = 'Hello! How can I help you today?'
const TREE = ['agent:claude AGENT OK', '  chat claude-sonnet-4-5 CHAT_MODEL OK']

test('a program that knows nothing of turnspan is traced by node --import turnspan/register', async () => {
  await using collector = await startOtlpHttp()
  const ended = await run('untouched.mjs', collector, {}, ['--import', 'turnspan/register'])
  expect(ended).toMatchObject({ code: 0, stdout: ANSWER, stderr: '' })
  expect(treeOf(collector.spans())).toEqual(TREE)
  // Nothing was said of content.
  const wire = Buffer.concat(collector.requests.map(({ body }) => body)).toString('latin1')
  for (const content of [ANSWER, 'Hi!']) expect(wire).not.toContain(content)
})

test('where the SDK was loaded before, that is said, and traceQuery traces', async () => {
  await using collector = await startOtlpHttp()
  const { code, stdout, stderr } = await run('late.mjs', collector, {})
  expect({ code, ...JSON.parse(stdout) }).toEqual({ code: 0, answer: ANSWER, states: ['loaded before'] })
  expect(stderr).toContain('TS_INSTRUMENT_LATE')
  expect(stderr).toContain('node --import turnspan/register')
  expect(treeOf(collector.spans())).toEqual(TREE)
})

test('in a bundle the plugin lets the SDK hand itself over', async () => {
  const { turnspanEsbuildPlugin } = await import(
    pathToFileURL(join(app.dir, 'node_modules', 'turnspan', 'dist', 'bundler.js')).href
  )
  await build({
    entryPoints: [app.program('bundled.mjs')],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    outfile: join(app.dir, 'bundle', 'bundled.mjs'),
    banner: { js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);" },
    plugins: [turnspanEsbuildPlugin()],
    logLevel: 'silent',
  })
  await using collector = await startOtlpHttp()
  const CLAUDE = join(await claudeOf(), 'claude')
  const ended = await run('bundle/bundled.mjs', collector, { CLAUDE })
  expect(ended).toMatchObject({ code: 0, stdout: ANSWER, stderr: '' })
  expect(treeOf(collector.spans())).toEqual(TREE)
})

/** The folder with Claude Code itself, which lies outside of the bundle. */
async function claudeOf(): Promise<string> {
  const packages = join(await fixtureModules(fixture('claude-agent-sdk-0.3')), '@anthropic-ai')
  const [name] = (await readdir(packages)).filter((one) => one.startsWith('claude-agent-sdk-'))
  return join(packages, name ?? '')
}
