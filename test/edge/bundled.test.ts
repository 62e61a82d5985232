import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modulesOf } from '../providers/app.ts'
import { assembleApp, type BuiltApp } from '../support/built.ts'

let app: BuiltApp
beforeAll(async () => {
  app = await assembleApp({
    modules: await modulesOf('otel-2'),
    programs: [fileURLToPath(new URL('./programs', import.meta.url))],
  })
})
afterAll(() => app.remove())

interface Result {
  readonly report: Promise<Record<string, unknown>>
  readonly said: readonly string[]
}

/** Runs a script where there is nothing of Node, as in a browser. */
function runBare(code: string): Result {
  const said: string[] = []
  const sandbox = {
    console: { warn: (line: string) => said.push(line) },
    crypto,
    setTimeout,
    clearTimeout,
    queueMicrotask,
    performance,
    TextEncoder,
    report: undefined as unknown,
  }
  runInContext(code, createContext(sandbox))
  return { report: sandbox.report as Result['report'], said }
}

/** What a front end or an edge route gets: its own functions run, and one line says why nothing is traced. */
async function expectLeftAlone(code: string): Promise<void> {
  const { report, said } = runBare(code)
  const seen = await report
  expect(seen).toMatchObject({ enabled: false, answer: 'yes!', flushed: { sent: 0, queued: 0 } })
  expect(seen.reason).toContain('browsers and edge runtimes')
  expect(said).toEqual([expect.stringMatching(/^turnspan warn: init\(\) has no effect: .* \[TS_RUNTIME\]$/)])
  expect(code).not.toMatch(/getBuiltinModule|node:/)
}

/** A bundle as text. */
async function esbuildBundle(platform: 'browser' | 'neutral', conditions?: string[]): Promise<string> {
  const { outputFiles } = await esbuild({
    entryPoints: [app.program('browser.mjs')],
    bundle: true,
    write: false,
    format: 'iife',
    platform,
    ...(conditions && { conditions }),
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

describe('a module that imports every entry of turnspan', { timeout: 60_000 }, () => {
  test('goes into a front end that Vite builds', async () => {
    const result = await vite({
      root: app.dir,
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: join(app.dir, 'front-end'),
        minify: false,
        lib: { entry: app.program('browser.mjs'), formats: ['iife'], name: 'app', fileName: 'app' },
        rollupOptions: {
          onwarn: (warning) => {
            throw new Error(warning.message)
          },
        },
      },
    })
    expect(result).toBeDefined()
    await expectLeftAlone(await readFile(join(app.dir, 'front-end', 'app.iife.js'), 'utf8'))
  })

  test('goes into a front end that esbuild builds', async () => {
    await expectLeftAlone(await esbuildBundle('browser'))
  })

  test('goes into an edge route', async () => {
    await expectLeftAlone(await esbuildBundle('neutral', ['edge-light', 'import']))
  })
})
