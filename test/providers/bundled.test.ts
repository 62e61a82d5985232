import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nccProgram } from '../exit/ncc.ts'
import type { BuiltApp } from '../support/built.ts'
import { type RunNodeOptions, runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { nodeBinary } from '../support/node-versions.ts'
import { run } from '../support/run.ts'
import { edges, installApp } from './app.ts'

// No provider is registered: what raw OpenTelemetry code traces reaches us through the application's copy of the API.
const PROGRAM = `import { trace } from '@opentelemetry/api'
import { flushTraces, init, withSpan } from 'turnspan'
init()
const raw = trace.getTracer('raw')
const work = async () => {
  if (process.argv[2] === 'later') await new Promise((resolve) => setTimeout(resolve, 200))
  withSpan(() => {
    raw.startActiveSpan('raw', (span) => {
      withSpan(() => 1, { name: 'inner' })
      span.end()
    })
  }, { name: 'outer' })
  await flushTraces()
}
void work()
`
const JOINED = ['inner < raw', 'outer', 'raw < outer']
const ALONE = ['inner < outer', 'outer']

let receiver: OtlpHttpCollector
beforeEach(async () => {
  receiver = await startOtlpHttp()
  return () => receiver.stop()
})

async function traced(
  file: string,
  moment: 'at once' | 'later',
  node: Partial<RunNodeOptions> = {},
): Promise<readonly string[]> {
  const before = receiver.spans().length
  const ended = await runNode(file, {
    args: [moment],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
    ...node,
  })
  expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' })
  return edges(receiver.spans().slice(before))
}

describe.each(['otel-2', 'otel-3'] as const)('an application on the API of %s without a provider', (line) => {
  let app: BuiltApp
  let program: string

  beforeAll(async () => {
    app = await installApp(line)
    program = join(app.dir, 'raw.mjs')
    await writeFile(program, PROGRAM)
  }, 600_000)
  afterAll(() => app?.remove())

  const bundle = async (format: 'esm' | 'cjs', conditions?: string[]): Promise<string> => {
    const outfile = join(app.dir, 'bundled', `${conditions ?? 'usual'}.${format === 'esm' ? 'mjs' : 'cjs'}`)
    await build({
      entryPoints: [program],
      outfile,
      format,
      bundle: true,
      platform: 'node',
      logLevel: 'error',
      ...(conditions && { conditions }),
    })
    return outfile
  }

  it('is joined at once', async () => {
    expect(await traced(program, 'at once')).toEqual(JOINED)
  })

  it.each(['esm', 'cjs'] as const)('is joined at once when it was bundled to %s', async (format) => {
    expect(await traced(await bundle(format), 'at once')).toEqual(JOINED)
  })

  it.each(['esm', 'cjs'] as const)(
    'is joined a moment later when a bundler that does not say so made %s of it; our own spans are complete before',
    async (format) => {
      const file = await bundle(format, ['other'])
      expect(await traced(file, 'at once')).toEqual(ALONE)
      expect(await traced(file, 'later')).toEqual(JOINED)
    },
  )

  it('is joined a moment later when webpack bundled it, by ncc', { timeout: 120_000 }, async () => {
    const dir = join(app.dir, 'by-ncc')
    await mkdir(dir)
    await run(process.execPath, [await nccProgram(), 'build', program, '--out', dir, '--no-cache'])
    expect(await traced(join(dir, 'index.mjs'), 'later')).toEqual(JOINED)
  })
})

it('is joined a moment later where Node may not require an ES module', async () => {
  await using app = await installApp('otel-3')
  const program = join(app.dir, 'raw.mjs')
  await writeFile(program, PROGRAM)
  const flags = ['--no-experimental-require-module']
  const node = { nodeBinary: await nodeBinary(22), nodeArgs: flags }
  expect(await traced(program, 'at once', node)).toEqual(ALONE)
  expect(await traced(program, 'later', node)).toEqual(JOINED)
})
