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
  app = await fixtureApp(fixture('genai-3'), programs)
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

const run = (program: string, options: RunNodeOptions = {}): Promise<NodeResult> =>
  runNode(program, {
    cwd: app.dir,
    ...options,
    env: {
      BASE_URL: provider.address('hello', `application${runs++}`),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    },
  })
const SAID = { code: 0, stdout: 'Hello! How can I help you today?', stderr: '' }

describe.each([20, 22] as const)('on Node %i', (node) => {
  test.each([
    ['an ES module', 'untouched.mjs'],
    ['a CommonJS program', 'untouched.cjs'],
  ])('%s is traced without a change', async (_what, program) => {
    const options = { nodeArgs: ['--import', 'turnspan/register'], nodeBinary: await nodeBinary(node) }
    expect(await run(app.program(program), options)).toMatchObject(SAID)
    expect(collector.spans().map(({ name }) => name)).toEqual(['generate_content gemini-2.5-flash'])
  })
})

test('a bundled and minified application hands its package over', async () => {
  const outfile = join(app.dir, 'bundle', 'bundled.mjs')
  await build({
    entryPoints: [app.program('bundled.mjs')],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    outfile,
    banner: { js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);" },
    logLevel: 'silent',
  })
  expect(await run(outfile)).toMatchObject(SAID)
  expect(collector.spans().map(({ name }) => name)).toEqual(['generate_content gemini-2.5-flash'])
})
