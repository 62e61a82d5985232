import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Diagnostic, onDiagnostic } from '../../src/index.ts'
import { withTurnspan } from '../../src/next/index.ts'
import { resetDiagnosed } from '../../src/runtime/diagnostics.ts'

/** The parts of a configuration that are looked at. */
interface Settings {
  readonly turbopack?: { readonly rules?: Record<string, unknown>; readonly root?: string }
  readonly experimental?: { readonly turbo?: { readonly rules?: object }; readonly ppr?: boolean }
  readonly webpack?: (config: object, context: object) => unknown
  readonly env?: Record<string, string>
  readonly output?: string
}

let folder: string
let said: Diagnostic[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnspan-next-config-'))
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
  await write('package.json', { dependencies: { 'openai-6': 'npm:openai@6', left: 'npm:left-pad@1' } })
  await write('instrumentation.ts', {})
  await installNext('16.4.6')
  said = []
  resetDiagnosed()
  const stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  return async () => {
    stop()
    await rm(folder, { recursive: true, force: true })
  }
})
afterEach(() => vi.restoreAllMocks())

async function write(path: string, content: object): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true })
  await writeFile(join(folder, path), JSON.stringify(content))
}
const installNext = (version: string): Promise<void> =>
  write('node_modules/next/package.json', { name: 'next', version })

const OPENAI = '**/node_modules/openai/**/*.{js,mjs,cjs}'

describe('withTurnspan', () => {
  it('takes an object, a promise, a function, and a function that gives a promise', async () => {
    const forms: unknown[] = [{ output: 'export' }, Promise.resolve({ output: 'export' })]
    for (const form of [...forms, ...forms.map((one) => () => one)]) {
      const wrapped = withTurnspan<unknown>(form)
      const settings = await (typeof wrapped === 'function' ? wrapped('phase', {}) : wrapped)
      expect(settings).toMatchObject({
        output: 'export',
        env: { TURNSPAN_NEXT_CONFIG: '1' },
        turbopack: { rules: { [OPENAI]: expect.any(Array) } },
      })
    }
  })

  it('gives a function of the configuration what Next gives', () => {
    const own = vi.fn(() => ({}))
    ;(withTurnspan(own) as (...args: unknown[]) => unknown)('phase-production-build', { defaultConfig: {} })
    expect(own).toHaveBeenCalledWith('phase-production-build', { defaultConfig: {} })
  })

  it("keeps the application's own rules, also for the same files", () => {
    const own = { '*.svg': { loaders: ['svg'] }, [OPENAI]: { loaders: ['own'] } }
    const { turbopack, env } = withTurnspan<Settings>({
      env: { A: '1' },
      turbopack: { root: '/', rules: own },
    })
    expect(turbopack?.root).toBe('/')
    expect(turbopack?.rules?.['*.svg']).toBe(own['*.svg'])
    expect(turbopack?.rules?.[OPENAI]).toEqual([
      { loaders: ['own'] },
      expect.objectContaining({ condition: 'node' }),
      expect.objectContaining({ condition: 'edge-light' }),
    ])
    expect(env).toEqual({ A: '1', TURNSPAN_NEXT_CONFIG: '1' })
  })

  it('has rules for packages that the application has under other names', () => {
    const rules = withTurnspan<Settings>({}).turbopack?.rules ?? {}
    expect(rules).toHaveProperty([OPENAI.replace('openai', 'openai-6')])
    expect(Object.keys(rules).filter((key) => key.includes('left'))).toEqual([])
  })

  it('has rules only for the integrations that it is given', () => {
    const { turbopack } = withTurnspan<Settings>({}, { integrations: ['anthropic'] })
    expect(Object.keys(turbopack?.rules ?? {})).toEqual([OPENAI.replace('openai', '@anthropic-ai/sdk')])
    expect(JSON.stringify(turbopack)).toContain('"integrations":["anthropic"]')
  })

  it('writes rules as Next 15 reads them, and where it reads them', async () => {
    await installNext('15.5.29')
    const rule = { node: { loaders: [expect.anything()] }, 'edge-light': { loaders: [expect.anything()] } }
    expect(withTurnspan<Settings>({}).turbopack?.rules?.[OPENAI]).toEqual(rule)
    await installNext('15.1.0')
    const { turbopack, experimental } = withTurnspan<Settings>({ experimental: { ppr: true } })
    expect(turbopack).toBeUndefined()
    expect(experimental).toMatchObject({ ppr: true, turbo: { rules: { [OPENAI]: rule } } })
  })

  it('lets Next stop a build by Turbopack that has settings for webpack alone', () => {
    const config: Settings = { webpack: (own) => own }
    vi.stubEnv('TURBOPACK', 'auto')
    expect(withTurnspan(config).turbopack).toBeUndefined()
    vi.stubEnv('TURBOPACK', '1')
    expect(withTurnspan(config).turbopack).toBeDefined()
  })

  it('calls the function for webpack that is there, and adds a rule in compilations for the server', () => {
    const other = { module: { rules: [] as unknown[] } }
    const webpack = vi.fn(() => other)
    const wrapped = withTurnspan<Settings>({ webpack }).webpack
    const given = { module: { rules: [] } }
    expect(wrapped?.(given, { isServer: false })).toBe(other)
    expect(other.module.rules).toEqual([])
    expect(wrapped?.(given, { isServer: true, nextRuntime: 'nodejs' })).toBe(other)
    expect(wrapped?.(given, { isServer: true, nextRuntime: 'edge' })).toBe(other)
    const handOver = (index: number): unknown =>
      (other.module.rules[index] as { use: { options: { handOver: string } }[] }).use[0]?.options.handOver
    expect([handOver(0), handOver(1)]).toEqual(['exports', 'name'])
    expect(webpack).toHaveBeenCalledWith(given, { isServer: false })
  })

  it('says that nobody starts tracing where there is no instrumentation file', async () => {
    withTurnspan({})
    expect(said).toEqual([])
    await rm(join(folder, 'instrumentation.ts'))
    await write('src/instrumentation.js', {})
    withTurnspan({})
    expect(said).toEqual([])
    await rm(join(folder, 'src'), { recursive: true })
    withTurnspan({})
    expect(said.map(({ code }) => code)).toEqual(['TS_NEXT_NO_INSTRUMENTATION'])
  })
})
