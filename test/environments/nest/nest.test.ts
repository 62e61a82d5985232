import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp } from '../../support/integrations.ts'

const here = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url))

/** What is used of the TypeScript of the fixture. */
interface TypeScript {
  transpileModule(source: string, options: { compilerOptions: object }): { outputText: string }
}

const compilers: Record<string, (source: string, app: BuiltApp) => Promise<string>> = {
  async tsc(source, app) {
    const ts = createRequire(join(app.dir, 'package.json'))('typescript') as TypeScript
    const compilerOptions = {
      target: 9,
      module: 1,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      esModuleInterop: true,
    }
    return ts.transpileModule(source, { compilerOptions }).outputText
  },
  async esbuild(source) {
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } }
    return (await transform(source, { loader: 'ts', format: 'cjs', target: 'es2022', tsconfigRaw })).code
  },
}

let app: BuiltApp
let collector: OtlpHttpCollector
beforeAll(async () => {
  app = await fixtureApp(here('fixtures/nest-11'), here('app'))
  collector = await startOtlpHttp()
})
afterAll(async () => {
  await app.remove()
  await collector.stop()
})

describe.each(Object.keys(compilers))('a Nest application compiled by %s', (name) => {
  const program = (): string => app.program(`app.${name}.cjs`)
  beforeAll(async () => {
    const code = await compilers[name]?.(await readFile(here('app/app.ts'), 'utf8'), app)
    await writeFile(program(), code ?? '')
  })

  async function answers(traced: boolean): Promise<unknown> {
    const endpoint = `${collector.url}/v1/traces`
    const result = await runNode(program(), {
      cwd: app.dir,
      env: { SETTINGS: JSON.stringify({ endpoint, traced }) },
    })
    expect([result.code, result.stderr]).toEqual([0, ''])
    return JSON.parse(result.stdout)
  }

  test('answers as it does untraced, and keeps out whom its guards keep out', async () => {
    const untraced = await answers(false)
    expect(untraced).toContainEqual(['GET', 'above', null, 403, expect.anything()])
    expect(untraced).toContainEqual(['GET', 'above', 'admin', 200, 'above'])
    expect(untraced).toContainEqual(['POST', '', null, 202, expect.stringMatching(/above.*below/)])
    const before = collector.spans().length
    expect(await answers(true)).toEqual(untraced)
    const spans = collector.spans().slice(before)
    const names = spans.map((span) => span.name).sort()
    expect(names).toEqual(
      [
        ['above', 'above', 'below', 'below', 'between', 'count', 'create'],
        ['failed', 'observed', 'tool:total', 'wrapped'],
      ].flat(),
    )
    const spanOf = (named: string) => spans.find((span) => span.name === named)
    expect(spanOf('tool:total')?.parentSpanId).toBe(spanOf('count')?.spanId)
    expect(spanOf('observed')?.attributes['mlflow.spanOutputs']).toEqual([1, 2])
    expect(spanOf('failed')?.status.code).toBe('ERROR')
  })
})
