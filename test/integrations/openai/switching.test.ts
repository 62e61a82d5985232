import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { type NodeResult, type RunNodeOptions, runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { nodeBinary } from '../../support/node-versions.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, programs } from './matrix.ts'

let provider: Provider
let app: BuiltApp
let collector: OtlpHttpCollector
beforeAll(async () => {
  provider = await startProvider()
  app = await fixtureApp(fixture('openai-7'), programs)
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
const newAddress = (script = 'hello'): string => `${provider.address(script, `switch${runs++}`)}/v1`

function run(program: string, baseURL: string, options: RunNodeOptions = {}): Promise<NodeResult> {
  const endpoint = `${collector.url}/v1/traces`
  return runNode(program, {
    cwd: app.dir,
    ...options,
    env: {
      SETTINGS: JSON.stringify({ endpoint, baseURL }),
      BASE_URL: baseURL,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      ...options.env,
    },
  })
}

describe.each([20, 22] as const)('on Node %i', (node) => {
  test.each([
    ['an ES module', 'untouched.mjs', '--import'],
    ['a CommonJS program', 'untouched.cjs', '--import'],
    ['a CommonJS program that is preloaded by require', 'untouched.cjs', '--require'],
  ])('%s is traced without a change', async (_what, program, flag) => {
    const nodeArgs = [flag, 'turnspan/register']
    const ended = await run(app.program(program), newAddress(), {
      nodeArgs,
      nodeBinary: await nodeBinary(node),
    })
    expect(ended).toMatchObject({ code: 0, stdout: 'Hello! How can I help you today?', stderr: '' })
    expect(collector.spans().map(({ name }) => name)).toEqual(['chat gpt-4o'])
  })
})

test('a package that the application does not name among its dependencies is traced when something loads it', async () => {
  const manifest = join(app.dir, 'package.json')
  await writeFile(manifest, JSON.stringify({ dependencies: { turnspan: '*' } }))
  try {
    const nodeArgs = ['--import', 'turnspan/register']
    const ended = await run(app.program('untouched.mjs'), newAddress(), { nodeArgs })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(collector.spans().map(({ name }) => name)).toEqual(['chat gpt-4o'])
  } finally {
    await rm(manifest)
  }
})

test('each way of switching traces both copies, or the one that was given, and undoing puts every method back', async () => {
  const ended = await run(app.program('switching.mjs'), newAddress())
  expect(ended.stderr).toBe('')
  const off = { traced: 0, untouched: true, touched: false }
  const both = { traced: 2, untouched: false, touched: true }
  const one = { traced: 1, untouched: false, touched: false }
  expect(JSON.parse(ended.stdout)).toEqual({
    before: off,
    false: off,
    auto: both,
    list: both,
    'empty list': off,
    function: both,
    class: one,
    exports: one,
    instance: one,
    undone: off,
    shutdown: off,
  })
})

test('tokens of a stream are asked for on request, and the program does not see that', async () => {
  const baseURL = newAddress()
  const ended = await run(app.program('usage.mjs'), baseURL)
  expect(ended.stderr).toBe('')
  const { hidden, wanted, refused, tee } = JSON.parse(ended.stdout) as Record<string, { chunks: number[][] }>
  // A role, seven words, and the end.
  const plain = Array.from({ length: 9 }, () => [1, null])
  expect(hidden).toEqual({ chunks: plain, changed: false })
  expect(refused).toEqual({ chunks: plain, changed: false })
  expect(wanted).toEqual({ chunks: [...plain, [0, 30]], changed: false })
  expect(tee).toEqual([9, 9])
  const usages = collector.spans().map(({ attributes }) => attributes['gen_ai.usage.input_tokens'])
  expect(usages).toEqual([20, 20, undefined, 20])
  const [, , run1] = /\/([^/]+)\/([^/]+)\/v1$/.exec(baseURL) ?? []
  const asked = provider
    .requests(run1 ?? '')
    .map(({ body }) => (body as Record<string, unknown>).stream_options)
  expect(asked).toEqual([
    { include_usage: true },
    { include_usage: true },
    { include_usage: false },
    { include_usage: true },
  ])
})

test.each([
  ['esm', 'mjs'],
  ['cjs', 'cjs'],
] as const)('a minified bundle as %s is traced by hand', async (format, extension) => {
  const outfile = join(app.dir, `bundle.${extension}`)
  await build({
    entryPoints: [app.program('bundled.mjs')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format,
    logLevel: 'silent',
    external: ['@aws-sdk/*', '@smithy/*', 'google-auth-library', 'undici', 'ws'],
    ...(format === 'esm' && {
      banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    }),
  })
  const ended = await run(outfile, newAddress())
  expect(ended.stdout).toBe('Hello! How can I help you today?')
  expect(ended.code).toBe(0)
  const [span, ...more] = await collector.waitForSpans(1)
  expect(more).toEqual([])
  expect(span?.attributes['gen_ai.response.finish_reasons']).toEqual(['stop'])
})
