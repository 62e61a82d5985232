import { join } from 'node:path'
import { inspect } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { type NodeResult, type RunNodeOptions, runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { nodeBinary } from '../../support/node-versions.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, ownScripts, programs } from './matrix.ts'

let provider: Provider
let six: BuiltApp
let seven: BuiltApp
let collector: OtlpHttpCollector
beforeAll(async () => {
  provider = await startProvider(ownScripts)
  six = await fixtureApp(fixture('ai-6'), programs)
  seven = await fixtureApp(fixture('ai-7'), programs)
})
afterAll(async () => {
  await Promise.all([six.remove(), seven.remove(), provider.stop()])
})
beforeEach(async () => {
  collector = await startOtlpHttp()
  return () => collector.stop()
})

const appOf = (version: 6 | 7): BuiltApp => (version === 6 ? six : seven)
let runs = 0

function run(
  app: BuiltApp,
  program: string,
  script: string,
  options: RunNodeOptions = {},
  more = {},
): Promise<NodeResult> {
  const endpoint = `${collector.url}/v1/traces`
  const baseURL = `${provider.address(script, `switch${runs++}`)}/v1`
  return runNode(program, {
    cwd: app.dir,
    ...options,
    env: {
      SETTINGS: JSON.stringify({ endpoint, baseURL, ...more }),
      BASE_URL: baseURL,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    },
  })
}

const HELLO = 'Hello! How can I help you today?'

test.each([
  [6, 20],
  [6, 22],
  [7, 20],
  [7, 22],
] as const)('an agent of version %i on Node %i is traced without a change', async (version, node) => {
  const app = appOf(version)
  const ended = await run(app, app.program('untouched.mjs'), 'hello', {
    nodeArgs: ['--import', 'turnspan/register'],
    nodeBinary: await nodeBinary(node),
  })
  expect(ended).toMatchObject({ code: 0, stdout: HELLO, stderr: '' })
  expect(treeOf(collector.spans()).toSorted()).toEqual(['  chat gpt-4o CHAT_MODEL OK', 'greeter AGENT OK'])
})

test.each([
  [6, 'cjs'],
  [6, 'esm'],
  [7, 'esm'],
] as const)('version %i is traced in a minified bundle, as %s', async (version, format) => {
  const app = appOf(version)
  const outfile = join(app.dir, format === 'cjs' ? 'bundle.cjs' : 'bundle.mjs')
  await build({
    entryPoints: [app.program('bundled.mjs')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format,
    logLevel: 'silent',
    ...(format === 'esm' && {
      banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    }),
  })
  const ended = await run(app, outfile, 'hello')
  expect(ended).toMatchObject({ code: 0, stdout: HELLO })
  expect(treeOf(collector.spans()).toSorted()).toEqual(['  chat gpt-4o CHAT_MODEL OK', 'streamText CHAIN OK'])
})

test.each([6, 7] as const)('version %i is switched on and off, and all is put back', async (version) => {
  const app = appOf(version)
  const ended = await run(app, app.program('switching.mjs'), 'hello')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const off = { traced: 0, registered: 'nothing', untouched: true }
  const on = { traced: 2, registered: 1, untouched: false }
  // Whether turnspan traces is one question, and whether it translates another: the spans are the AI SDK's own then.
  const steps = JSON.parse(ended.stdout) as Record<string, typeof off | typeof on>
  const untranslated = version === 6 ? { ...off, traced: steps.false?.traced } : off
  expect(steps).toEqual({
    before: off,
    false: untranslated,
    auto: on,
    list: on,
    function: on,
    off: untranslated,
    'by hand, twice': on,
    // The agents were the first one's; the second found them done.
    'undone once': { ...on, untouched: true },
    undone: untranslated,
    'beside another': { ...on, registered: 2 },
    shutdown: { ...off, registered: 1 },
  })
})

test('a call with integrations of its own is traced when it names turnspan', async () => {
  const ended = await run(seven, seven.program('integrations.mjs'), 'hello')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(ended.stdout)).toEqual({
    heard: 'start end start end start end start end',
    traced: [0, 0, 2, 2],
  })
})

test.each([6, 7] as const)('streams of version %i that are left end by silence', async (version) => {
  const app = appOf(version)
  const ended = await run(app, app.program('left.mjs'), 'stall', { nodeArgs: ['--no-warnings'] })
  expect(ended).toMatchObject({ code: 0, stdout: '3', stderr: '' })
  const ends = collector.spans().map(({ name, attributes }) => [name, attributes['turnspan.call.end']])
  expect(ends.toSorted()).toEqual([
    ['chat gpt-4o', 'idle'],
    ['chat gpt-4o', 'idle'],
    ['chat gpt-4o', 'idle'],
    ['streamObject', 'idle'],
    ['streamText', 'idle'],
    ['streamText', 'idle'],
  ])
})

test.each([6, 7] as const)('version %i below a client library makes no second span', async (version) => {
  const app = appOf(version)
  const ended = await run(app, app.program('inside.mjs'), 'hello')
  expect(ended).toMatchObject({ code: 0, stdout: JSON.stringify([HELLO, HELLO]), stderr: '' })
  const spans = collector.spans()
  expect(treeOf(spans)).toEqual(['chat gpt-4o CHAT_MODEL OK', 'chat gpt-4o CHAT_MODEL OK'])
  expect(spans.map(({ attributes }) => attributes['gen_ai.usage.input_tokens'])).toEqual([3, 3])
})

test('the backend of an application sees the spans of the AI SDK as before, and MLflow each call once', async () => {
  const program = six.program('own-provider.mjs')
  const bare = await run(six, program, 'tool', {}, { traced: false })
  const traced = await run(six, program, 'tool', {}, { traced: true })
  expect(traced).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(bare.stdout).seen).toHaveLength(4)
  expect(JSON.parse(traced.stdout)).toEqual(JSON.parse(bare.stdout))
  expect(treeOf(collector.spans()).toSorted()).toEqual([
    '  chat gpt-4o CHAT_MODEL OK',
    '  chat gpt-4o CHAT_MODEL OK',
    '  get_weather TOOL OK',
    'generateText CHAIN OK',
  ])
})

describe.each([6, 7] as const)('without captureContent, version %i', (version) => {
  test('leaves no content in any span', async () => {
    const only = [
      'text-tool',
      'stream-tool',
      'object-stream',
      'agent',
      'error-400',
      'embed',
      'text-responses',
    ]
    const init = { captureContent: false }
    const { results } = await runProbes(
      { app: appOf(version), provider, library: 'ai', node: 20, modules: 'esm', only, init },
      collector,
    )
    expect(Object.keys(results).toSorted()).toEqual(only.toSorted())
    const spans = [...spansByProbe(collector.spans()).values()].flat()
    expect(spans.length).toBeGreaterThan(15)
    const text = inspect(
      spans.map(({ attributes, events, status }) => [attributes, events, status]),
      { depth: null, maxStringLength: null, maxArrayLength: null },
    )
    expect(text).toContain('gen_ai.usage.input_tokens')
    for (const secret of ['Hi!', 'Paris', 'unny', 'Weather?', 'greets', 'Invalid value', 'Says the']) {
      expect(text).not.toContain(secret)
    }
  })
})
