import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { entries } from '../../scripts/entries.ts'
import { packTarball, root } from './tarball.ts'

const dist = join(root, 'dist')
const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]))
const built = (pattern: RegExp): [name: string, text: string][] =>
  readdirSync(dist)
    .filter((name) => pattern.test(name))
    .map((name) => [name, readFileSync(join(dist, name), 'utf8')])

interface Output {
  readonly imports: readonly { readonly path: string; readonly kind: string }[]
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>
}

/** What esbuild says of its output. */
const metafile = (format: 'esm' | 'cjs'): { outputs: Record<string, Output> } =>
  JSON.parse(readFileSync(join(dist, `metafile-${format}.json`), 'utf8'))

/** What a file of the build imports, with lazy imports told apart by their kind. */
const importsOf = (name: string): Output['imports'] => metafile('esm').outputs[`dist/${name}`]?.imports ?? []

/** Files that are loaded as soon as `name` is. */
function loadedWith(name: string, seen: Set<string> = new Set([name])): Set<string> {
  for (const { path, kind } of importsOf(name)) {
    const file = path.replace(/^dist\//, '')
    if (kind !== 'import-statement' || !path.startsWith('dist/') || seen.has(file)) continue
    loadedWith(file, seen.add(file))
  }
  return seen
}

const evaluate = async (code: string, ...flags: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [...flags, '-e', code], { cwd: root })).stdout.trim()

describe('the build', () => {
  test('imports nothing but Node and @opentelemetry/api from outside', () => {
    const outside = built(/\.js$/).flatMap(([name]) => importsOf(name))
    const packages = outside
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('dist/') && !builtins.has(path))
    expect(new Set(packages)).toEqual(new Set(['@opentelemetry/api', '#exit-worker', '#otel-api']))
  })

  test('is free of Node where it is for browsers and edge runtimes', () => {
    const files = readdirSync(join(dist, 'edge'))
    expect(files).toEqual(expect.arrayContaining(Object.keys(entries).map((entry) => `${entry}.js`)))
    for (const name of files) {
      const text = readFileSync(join(dist, 'edge', name), 'utf8')
      expect(
        ts.preProcessFile(text).importedFiles.filter(({ fileName }) => !fileName.startsWith('./')),
      ).toEqual([])
      expect(text).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(|import\.meta|node:/)
    }
  })

  test('has no call of require in an ES module, but for the API where no bundler is at work', () => {
    const wrong = built(/\.js$/).filter(([, text]) =>
      /Dynamic require of|createRequire\(import\.meta/.test(text),
    )
    expect(wrong.map(([name]) => name)).toEqual(['otel-api.js'])
  })

  test("loads nothing of OpenTelemetry's API and none of Node's larger modules with the core", async () => {
    for (const name of loadedWith('index.js')) {
      expect(importsOf(name).map(({ path }) => path)).not.toContain('@opentelemetry/api')
    }
    const code = `const { init, trace } = await import('turnspan')
      const { enabled } = init()
      const sum = trace((a, b) => a + b)(1, 2)
      const natives = process.moduleLoadList.map((name) => name.replace('NativeModule ', ''))
      const { createRequire } = process.getBuiltinModule('node:module')
      const files = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('opentelemetry'))
      console.log(JSON.stringify({ enabled, sum, files, natives }))`
    const { natives, ...printed } = JSON.parse(await evaluate(code, '--input-type=module'))
    expect(printed).toEqual({ enabled: false, sum: 3, files: [] })
    const large = ['crypto', 'http', 'net', 'os', 'perf_hooks', 'stream', 'tls', 'worker_threads', 'zlib']
    expect(natives).toContain('fs')
    expect(large.filter((name) => natives.includes(name))).toEqual([])
  })

  test('loads lazily in CommonJS without import(), which Jest refuses', () => {
    const files = built(/\.cjs$/)
    expect(files.filter(([, text]) => /\bimport\(['"]/.test(text)).map(([name]) => name)).toEqual([])
    expect(files.some(([, text]) => text.includes('Promise.resolve().then(() => require('))).toBe(true)
  })

  test('keeps optional chaining and class fields as they are in CommonJS', () => {
    const wrong = built(/\.cjs$/).filter(([, text]) =>
      /_optionalChain|_nullishCoalesce|\.__init\d*\.call\(/.test(text),
    )
    expect(wrong.map(([name]) => name)).toEqual([])
  })

  test('names no OpenTelemetry package but the API in its types', () => {
    const types = built(/\.d\.c?ts$/)
    expect(types.length).toBeGreaterThanOrEqual(2 * Object.keys(entries).length)
    const named = types.flatMap(([name, text]) =>
      ts.preProcessFile(text).importedFiles.map(({ fileName }) => `${name}: ${fileName}`),
    )
    expect(named.filter((line) => !/: (@opentelemetry\/api|\.\/.*)$/.test(line))).toEqual([])
  })

  test('holds no path of the machine that built it', () => {
    const wrong = built(/\.c?js$|\.d\.c?ts$/).filter(([, text]) => text.includes(root))
    expect(wrong.map(([name]) => name)).toEqual([])
  })

  test('loads the exporters of OpenTelemetry only when they are asked for', () => {
    for (const entry of Object.keys(entries)) {
      const text = [...loadedWith(`${entry}.js`)]
        .map((name) => readFileSync(join(dist, name), 'utf8'))
        .join('')
      expect(text).not.toMatch(/node_modules\/(@grpc|protobufjs|@opentelemetry\/(otlp|exporter)-)/)
    }
  })

  test.each(['esm', 'cjs'] as const)(
    'holds each module of ours once in %s, so that entries share state',
    (format) => {
      const { outputs } = metafile(format)
      const modules = Object.values(outputs).flatMap(({ inputs }) =>
        Object.entries(inputs).filter(
          ([path, { bytesInOutput }]) => /^src\/|^real/.test(path) && bytesInOutput > 0,
        ),
      )
      const paths = modules.map(([path]) => path)
      expect(paths).toContain('src/runtime/registry.ts')
      expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([])
    },
  )

  test.each(Object.keys(entries).filter((entry) => entry !== 'register'))(
    'exports the same names from %s to both module systems',
    async (entry) => {
      const name = entry === 'index' ? 'turnspan' : `turnspan/${entry}`
      const print = '.sort().join()'
      const required = await evaluate(`console.log(Object.keys(require('${name}'))${print})`)
      const imported = await evaluate(
        `console.log(Object.keys(await import('${name}')).filter((key) => key !== 'default')${print})`,
        '--input-type=module',
      )
      expect(imported).toBe(required)
      expect(required).not.toBe('')
    },
  )

  test.each(Object.keys(entries).filter((entry) => entry !== 'register'))(
    'does nothing when %s is imported',
    async (entry) => {
      const code = `const before = [process.eventNames().length, Object.getOwnPropertySymbols(globalThis).length]
      await import('./dist/${entry}.js')
      const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
      console.log(process.eventNames().length - before[0], timers.length,
        Object.getOwnPropertySymbols(globalThis).filter((s) => String(s).includes('turnspan')).length)`
      expect(await evaluate(code, '--input-type=module')).toBe('0 0 0')
    },
  )
})

describe('the tarball', () => {
  test('holds the build, its notices and nothing else', async () => {
    const { files } = await packTarball()
    const others = files.filter((path) => !/^dist\/(edge\/)?[\w.-]+\.(js|cjs|d\.ts|d\.cts)$/.test(path))
    expect(others.sort()).toEqual([
      'LICENSE',
      'README.md',
      'THIRD_PARTY_NOTICES.md',
      'package.json',
      'sbom.json',
    ])
  })

  test('has no link in its README that leads to a file outside of it', async () => {
    const { files } = await packTarball()
    const links = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\(([^)#\s]+)/g)].map(
      ([, link]) => link ?? '',
    )
    expect(links.filter((link) => !/^https?:/.test(link) && !files.includes(link))).toEqual([])
  })

  test('weighs less than 1,100 kB', async () => {
    expect((await packTarball()).size).toBeLessThan(1_100_000)
  })
})
