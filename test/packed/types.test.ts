import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entries } from '../../scripts/entries.ts'
import { startOtlpHttp } from '../support/collector.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'
import type { NodeLine } from '../support/node-versions.ts'
import { cleanEnv } from '../support/run.ts'
import { type App, installApp } from './app.ts'
import type { Outcome } from './outcome.ts'
import { root } from './tarball.ts'
import { one, RESPONSE_ID, TRACE_ID } from './turn.ts'

const NODES: readonly NodeLine[] = [20, 22, 24, 26]
const COMPILERS = {
  own: join('node_modules', 'typescript', 'bin', 'tsc'),
  native: join(root, 'node_modules', '.bin', 'tsc'),
}

/** Settings under which a user's code must compile, all with `skipLibCheck: false`. */
const SETTINGS = [
  { module: 'Node16' },
  { module: 'NodeNext' },
  { module: 'ESNext', moduleResolution: 'Bundler' },
  { module: 'Preserve', verbatimModuleSyntax: true, isolatedModules: true },
  { module: 'NodeNext', target: 'ESNext', lib: ['ESNext', 'DOM'] },
]

/** Ways to find the types of a package: without its `exports`, and by the conditions of runtimes. */
const RESOLUTIONS = [
  { module: 'CommonJS', moduleResolution: 'Node10' },
  { module: 'Node16', moduleResolution: 'Node16' },
  { module: 'ESNext', moduleResolution: 'Bundler' },
  { module: 'ESNext', moduleResolution: 'Bundler', customConditions: ['edge-light'] },
  { module: 'ESNext', moduleResolution: 'Bundler', customConditions: ['workerd'] },
  { module: 'ESNext', moduleResolution: 'Bundler', customConditions: ['browser', 'module'] },
]

describe.each(['ts-standard', 'ts-legacy'])('an application like %s', (fixture) => {
  let app: App
  beforeAll(async () => {
    app = await installApp(fixture)
  }, 300_000)
  afterAll(async () => app[Symbol.asyncDispose]())

  test('gets at most three packages', () => {
    expect(app.added).toBeLessThanOrEqual(3)
  })

  describe.each(Object.entries(COMPILERS))('with the %s compiler', (_name, compiler) => {
    test.each(SETTINGS)('compiles under %o', { timeout: 120_000 }, async (settings) => {
      const compilerOptions = { ...settings, noEmit: true }
      await writeFile(
        join(app.dir, 'tsconfig.try.json'),
        JSON.stringify({ extends: './tsconfig.json', compilerOptions }),
      )
      expect(await compile(app, compiler, 'tsconfig.try.json')).toBe('')
    })
  })

  test.each(Object.entries(COMPILERS))(
    'needs no types of Node with the %s compiler',
    { timeout: 120_000 },
    async (_name, compiler) => {
      const entries = ['turnspan', 'turnspan/otel', 'turnspan/mlflow', 'turnspan/testing']
      const lines = entries.map((entry, i) => `export * as entry${i} from '${entry}'`)
      await writeFile(join(app.dir, 'without-node.ts'), lines.join('\n'))
      const settings = {
        extends: './tsconfig.json',
        files: ['without-node.ts'],
        compilerOptions: { types: [], noEmit: true },
      }
      await writeFile(join(app.dir, 'tsconfig.try.json'), JSON.stringify(settings))
      expect(await compile(app, compiler, 'tsconfig.try.json')).toBe('')
    },
  )

  test.each(RESOLUTIONS)(
    'finds the types of every subpath under %o',
    { timeout: 120_000 },
    async (settings) => {
      const subpaths = Object.keys(entries).map((entry) =>
        entry === 'index' ? 'turnspan' : `turnspan/${entry}`,
      )
      const lines = subpaths.map((entry, i) => `export * as entry${i} from '${entry}'`)
      await writeFile(join(app.dir, 'subpaths.cts'), lines.join('\n'))
      const compilerOptions = { lib: ['ES2022', 'DOM'], types: [], noEmit: true, ...settings }
      const project = { extends: './tsconfig.json', files: ['subpaths.cts'], compilerOptions }
      await writeFile(join(app.dir, 'tsconfig.try.json'), JSON.stringify(project))
      expect(await compile(app, COMPILERS.own, 'tsconfig.try.json')).toBe('')
    },
  )

  test.each(NODES)('sends what its decorated methods do on Node %s', { timeout: 120_000 }, async (node) => {
    expect(await compile(app, COMPILERS.own, 'tsconfig.json')).toBe('')
    await using collector = await startOtlpHttp()
    const outcome = await app.run<Outcome>(join('out', 'app.js'), node, {
      env: { RECEIVER_URL: collector.url, RESPONSE_ID },
    })
    expect(outcome).toMatchObject({
      answer: 'abc7 Istanbul',
      enabled: true,
      report: { sent: 9, queued: 0 },
    })
    expectTree(collector.spans())
  })
})

/** What the compiler complains about. */
async function compile(app: App, compiler: string, project: string): Promise<string> {
  const args = [compiler, '--pretty', 'false', '-p', project]
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd: app.dir, env: cleanEnv() })).stdout
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error)
  }
}

function expectTree(spans: readonly DecodedSpan[]): void {
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]))
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]))
  const edges = spans.map(({ name, parentSpanId = '' }) => `${names.get(parentSpanId) ?? ''} > ${name}`)
  expect(edges.sort()).toEqual([
    ' > agent:planner',
    'agent:planner > choose',
    'agent:planner > double',
    'agent:planner > measure',
    'agent:planner > words',
    'choose > weather',
    'choose > weather',
    'weather > tool:weather',
    'weather > tool:weather',
  ])
  expect(one(spans, 'choose').attributes).toMatchObject({
    'mlflow.spanType': 'CHAIN',
    'mlflow.spanInputs': { question: 'Where?', cities: ['Oslo', 'Istanbul'] },
    'mlflow.spanOutputs': 'Istanbul',
  })
  expect(one(spans, 'words').attributes['mlflow.spanOutputs']).toEqual(['a', 'b', 'c'])
}
