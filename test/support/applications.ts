import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BuiltApp } from './built.ts'
import { type NodeResult, type RunNodeOptions, runNode } from './child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from './collector.ts'
import { fixtureApp } from './integrations.ts'
import { nodeBinary } from './node-versions.ts'
import { type Provider, startProvider } from './provider/server.ts'

/** Applications that make one call of a client, as users have them. */
export interface Applications {
  /** Folder of the fixture project. */
  readonly fixture: string
  /** Folder with `untouched.mjs`, `untouched.cjs` and `bundled.mjs`. */
  readonly programs: string
  /** Name of the call's span. */
  readonly span: string
}

/** Tests of applications whose code does not change, and of bundled ones that hand their package over. */
export function testApplications({ fixture, programs, span }: Applications): void {
  let provider: Provider
  let app: BuiltApp
  let collector: OtlpHttpCollector
  beforeAll(async () => {
    provider = await startProvider()
    app = await fixtureApp(fixture, programs)
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
  const said = { code: 0, stdout: 'Hello! How can I help you today?', stderr: '' }

  describe.each([20, 22] as const)('on Node %i', (node) => {
    test.each([
      ['an ES module', 'untouched.mjs'],
      ['a CommonJS program', 'untouched.cjs'],
    ])('%s is traced without a change', async (_what, program) => {
      const options = { nodeArgs: ['--import', 'turnspan/register'], nodeBinary: await nodeBinary(node) }
      expect(await run(app.program(program), options)).toMatchObject(said)
      expect(collector.spans().map(({ name }) => name)).toEqual([span])
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
    expect(await run(outfile)).toMatchObject(said)
    expect(collector.spans().map(({ name }) => name)).toEqual([span])
  })
}
