import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { runNode, startNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { run } from '../support/run.ts'
import { until } from '../support/until.ts'
import { nccProgram } from './ncc.ts'
import { exitApp } from './program.ts'

let app: BuiltApp
let receiver: OtlpHttpCollector
let folder: string

beforeAll(async () => {
  app = await exitApp()
  receiver = await startOtlpHttp()
  folder = await mkdtemp(join(tmpdir(), 'turnspan-bundled-'))
}, 600_000)
afterAll(async () => {
  await app?.remove()
  await receiver?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

interface Bundler {
  readonly name: string
  /** The earliest end at which spans are delivered: in the tick in which the program began, or once it has run a while. */
  readonly end: 'at once' | 'later'
  /** Bundles a program with all of its packages into `dir`. @returns the file to run */
  bundle(program: string, dir: string): Promise<string>
}

const byEsbuild = (format: 'esm' | 'cjs', minify: boolean): Bundler => ({
  end: 'at once',
  name: `esbuild to ${format}${minify ? ', minified' : ''}`,
  async bundle(program, dir) {
    const outfile = join(dir, format === 'esm' ? 'app.mjs' : 'app.cjs')
    const entryPoints = [program]
    await esbuild({ entryPoints, outfile, bundle: true, platform: 'node', format, minify, logLevel: 'error' })
    return outfile
  },
})

const byVite: Bundler = {
  end: 'at once',
  name: 'Rollup, by Vite',
  async bundle(program, dir) {
    await vite({
      root: app.dir,
      logLevel: 'error',
      configFile: false,
      ssr: { noExternal: true },
      build: {
        ssr: program,
        outDir: dir,
        emptyOutDir: false,
        rollupOptions: { output: { entryFileNames: 'app.js', inlineDynamicImports: true } },
      },
    })
    return join(dir, 'app.js')
  },
}

const byNcc: Bundler = {
  // It does not set the condition by which bundlers are known, so the worker comes by a lazy import.
  end: 'later',
  name: 'webpack, by ncc',
  async bundle(program, dir) {
    await run(process.execPath, [await nccProgram(), 'build', program, '--out', dir, '--no-cache'])
    return join(dir, 'index.mjs')
  },
}

const foreignWorker = (dir: string): string =>
  `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(join(dir, 'ran'))}, 'yes')\n`

const EXIT = `import { init, withSpan } from 'turnspan'
init()
withSpan(() => 1, { name: 'work' })
if (process.argv[2] === 'later') setTimeout(() => process.exit(3), 200)
else process.exit(3)
`

describe.each([byEsbuild('esm', false), byEsbuild('cjs', false), byEsbuild('esm', true), byVite, byNcc])(
  'an application bundled by $name',
  ({ name, end, bundle }) => {
    it('delivers at process.exit, with nothing beside its one file', { timeout: 120_000 }, async () => {
      const program = join(app.dir, 'exit.mjs')
      await writeFile(program, EXIT)
      const dir = join(folder, name.replace(/\W+/g, '-'))
      await mkdir(dir)
      // Somebody else's files, of the names that ours have: they must not be taken for them.
      for (const extension of ['js', 'cjs'])
        await writeFile(join(dir, `turnspan-exit-worker.${extension}`), foreignWorker(dir))
      await writeFile(join(dir, 'package.json'), '{ "type": "module" }\n')
      const file = await bundle(program, dir)
      const before = receiver.spans().length
      const ended = await runNode(file, {
        args: [end],
        cwd: dir,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
      })
      expect(ended).toMatchObject({ code: 3, signal: null, stdout: '', stderr: '' })
      const names = receiver.spans().map((span) => span.name)
      expect(names.slice(before)).toEqual(['work'])
      expect(existsSync(join(dir, 'ran'))).toBe(false)
    })
  },
)

const OPEN = `
import { init, startSpan } from 'turnspan'
init()
const agent = {
  beginTurn() {
    return startSpan({ name: 'turn' })
  },
}
agent.beginTurn()
setInterval(() => {}, 1000)
`

it.each([false, true])(
  'a bundled application says where a span was started that is not ended, minified: %s',
  async (minify) => {
    const program = join(app.dir, 'begins.mjs')
    await writeFile(program, OPEN)
    const file = await byEsbuild('esm', minify).bundle(program, folder)
    const child = startNode(file, {
      cwd: folder,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        TURNSPAN_WATCHDOG: '100',
      },
    })
    const line = await until(() => /.*TS_SPAN_NOT_ENDED.*/.exec(child.stderr())?.[0], {
      what: 'the watchdog',
    })
    child.kill('SIGTERM')
    await child.result
    expect(line).toMatch(/"turn" of trace \w+, open for \d+ \w+, started at \w+\.beginTurn \(/)
  },
  60_000,
)
