import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload, type SourceMapping } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type * as Plugins from '../../../src/bundler/index.ts'
import { outline } from '../../examples/run-example.ts'
import { assembleApp, type BuiltApp } from '../../support/built.ts'
import { type NodeResult, runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { type Bundler, byEsbuild, byRollup, byVite, byWebpack, type Tools } from './bundle.ts'

const here = dirname(fileURLToPath(import.meta.url))
let app: BuiltApp
let tools: Tools
let provider: Provider
let folder: string
let collector: OtlpHttpCollector

beforeAll(async () => {
  const modules = await fixtureModules(join(here, 'fixtures/bundled'))
  app = await assembleApp({ modules, programs: [join(here, 'programs')] })
  const plugins = (await import(
    pathToFileURL(join(app.dir, 'node_modules/turnspan/dist/bundler.js')).href
  )) as typeof Plugins
  tools = { app: app.dir, modules, plugins }
  provider = await startProvider()
  folder = await mkdtemp(join(tmpdir(), 'turnspan-bundles-'))
}, 600_000)
afterAll(async () => {
  await app?.remove()
  await provider?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  collector = await startOtlpHttp()
  return () => collector.stop()
})

let runs = 0
/** Bundles a program of the application, and runs what came out where there is nothing else. */
async function runBundle(bundler: Bundler, program: string): Promise<NodeResult> {
  const dir = join(folder, `bundle-${runs++}`)
  await mkdir(dir)
  const file = await bundler.bundle(app.program(program), dir)
  return runNode(file, {
    cwd: dir,
    env: {
      BASE_URL: provider.address('hello', `bundle${runs}`),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    },
  })
}

const SPANS = [
  'chat gpt-5',
  'chat claude',
  'generateText',
  '> chat gpt-5',
  'generate_content gemini',
  'shout',
  'ping',
  '> tools/call ping',
]

const BUNDLERS: Readonly<Record<string, () => Bundler>> = {
  'esbuild to an ES module': () => byEsbuild(tools, 'esm', { format: 'esm' }),
  'esbuild to CommonJS, minified': () => byEsbuild(tools, 'cjs', { format: 'cjs', minify: true }),
  Rollup: () => byRollup(tools),
  'Vite for a server': () => byVite(tools),
  webpack: () => byWebpack(tools, 'webpack'),
  Rspack: () => byWebpack(tools, '@rspack/core'),
}

describe.each(Object.entries(BUNDLERS))('%s, with the plugin', (_name, bundler) => {
  it('makes a program of one file whose packages are all traced', { timeout: 400_000 }, async () => {
    expect(await runBundle(bundler(), 'app.mjs')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(outline(collector.spans())).toEqual(SPANS)
  })

  it('keeps what is delivered at process.exit', { timeout: 200_000 }, async () => {
    expect(await runBundle(bundler(), 'exit.mjs')).toMatchObject({ code: 3, stdout: '', stderr: '' })
    expect(outline(collector.spans())).toEqual(['work'])
  })
})

describe('the plugin for esbuild', () => {
  it('hands CommonJS packages over', { timeout: 60_000 }, async () => {
    const bundler = byEsbuild(tools, 'cjs', { format: 'cjs' })
    expect(await runBundle(bundler, 'required.cjs')).toMatchObject({ code: 0, stderr: '' })
    expect(outline(collector.spans())).toEqual(['chat gpt-5'])
  })

  it('keeps turnspan whole where conditions do not say that there is a bundler', {
    timeout: 60_000,
  }, async () => {
    const bundler = byEsbuild(tools, 'esm', { format: 'esm', conditions: ['other'] })
    expect(await runBundle(bundler, 'exit.mjs')).toMatchObject({ code: 3, stdout: '', stderr: '' })
    expect(outline(collector.spans())).toEqual(['work'])
  })

  it('hands over only what it is asked for', { timeout: 60_000 }, async () => {
    const plugin = tools.plugins.turnspanEsbuildPlugin({ integrations: ['anthropic'] })
    const bundler = byEsbuild(tools, 'esm', { format: 'esm', plugins: [plugin as never] })
    const { code, stderr } = await runBundle(bundler, 'app.mjs')
    expect(code).toBe(0)
    expect(outline(collector.spans())).toEqual(['chat claude'])
    // The others are bundled, and nobody hands them over.
    expect(stderr.match(/A client of the package \S+ /g)).toEqual([
      'A client of the package openai ',
      'A client of the package @google/genai ',
    ])
  })

  it('leaves every line where source maps expect it', { timeout: 60_000 }, async () => {
    const dir = join(folder, 'maps')
    const bundler = byEsbuild(tools, 'esm', { format: 'esm', sourcemap: true })
    const file = await bundler.bundle(app.program('app.mjs'), dir)
    const payload = JSON.parse(await readFile(`${file}.map`, 'utf8')) as SourceMapPayload
    const lines = (await readFile(file, 'utf8')).split('\n')
    const line = lines.findIndex((text) => /^var OpenAI = class\b/.test(text))
    const column = lines[line]?.indexOf('class') ?? -1
    const entry = new SourceMap(payload).findEntry(line, column) as SourceMapping
    expect(entry.originalSource).toMatch(/openai\/(src\/)?client\.\w+$/)
    const source = await readFile(resolve(dir, entry.originalSource), 'utf8')
    expect(source.split('\n')[entry.originalLine]).toContain('class OpenAI')
  })
})
