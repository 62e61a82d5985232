import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { objection } from '../../scripts/rooms.ts'
import { runIn } from './run-in.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

test.each([
  ['index.ts', 'tracing/trace.ts'],
  ['setup/init.ts', 'mlflow/target.ts'],
  ['otel/index.ts', 'export/queue/queue.ts'],
  ['register/index.ts', 'setup/init.ts'],
  ['span/a.ts', 'span/b.ts'],
  ['integrations/openai/index.ts', 'index.ts'],
  ['integrations/openai/stream.ts', 'integrations/openai/client.ts'],
  ['integrations/openai/stream.ts', 'integrations/base/patch.ts'],
  ['integrations/base/patch.ts', 'otel/index.ts'],
  ['integrations/base/patch.ts', 'runtime/registry.ts'],
  ['integrations/openai/index.ts', 'span/keys.ts'],
])('%s may import %s', (from, to) => {
  expect(objection({ from, to })).toBeUndefined()
})

test.each([
  ['span/live.ts', 'export/queue/queue.ts', '"span" lies below "export" and must not import from it'],
  ['export/queue/queue.ts', 'index.ts', '"export" lies below "index" and must not import from it'],
  ['otel/index.ts', 'testing/capture.ts', '"otel" lies beside "testing" and must not import from it'],
  ['lib/a.ts', 'ids/b.ts', 'the room "lib" is not in the list of scripts/rooms.ts'],
  ['ids/b.ts', 'lib/a.ts', 'the room "lib" is not in the list of scripts/rooms.ts'],
  [
    'integrations/openai/index.ts',
    'setup/lifecycle.ts',
    'an integration uses the rooms of tracing and below, and the public entries of the package',
  ],
  [
    'integrations/openai/index.ts',
    'mlflow/rest.ts',
    'an integration uses the rooms of tracing and below, and the public entries of the package',
  ],
  [
    'integrations/openai/index.ts',
    'otel/processor.ts',
    'an integration uses the rooms of tracing and below, and the public entries of the package',
  ],
  [
    'integrations/base/x.ts',
    'integrations/mcp/y.ts',
    'the integration "base" must not import from the integration "mcp"',
  ],
])('%s may not import %s', (from, to, why) => {
  expect(objection({ from, to })).toBe(why)
})

/** A folder with these sources and our settings of Biome. */
function project(sources: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'turnspan-rooms-'))
  folders.push(folder)
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  writeFileSync(join(folder, '.gitignore'), 'node_modules\n')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

test('the check of the rooms sees imports of values, of types, of types in place and lazy ones', () => {
  const folder = project({
    'src/span/a.ts': `import { x } from '../export/x.ts'
import type { Y } from '../tracing/y.ts'
export * from '../context/z.ts'
export type Q = import('../setup/q.ts').Q
export const late = (): unknown => [x, import('../index.ts'), null as Y | null]`,
  })
  const { status, output } = runIn(folder, 'tsx', join(root, 'scripts', 'check-rooms.ts'))
  expect(status).toBe(1)
  for (const room of ['export', 'tracing', 'context', 'setup', 'index']) {
    expect(output).toContain(`"span" lies below "${room}"`)
  }
})

test('the check of the rooms sees files that import one another, be it for their types and by a third', () => {
  const folder = project({
    'src/span/a.ts': "import type { B } from './b.ts'\nexport type A = B",
    'src/span/b.ts': "import type { C } from './c.ts'\nexport type B = C",
    'src/span/c.ts':
      "import type { A } from './a.ts'\nimport type { D } from './d.ts'\nexport type C = A | D",
    'src/span/d.ts': 'export type D = 1',
  })
  const { status, output } = runIn(folder, 'tsx', join(root, 'scripts', 'check-rooms.ts'))
  expect(status).toBe(1)
  expect(output).toContain('src/span/a.ts, src/span/b.ts, src/span/c.ts import one another in a circle')
})

test('the check of the rooms passes on the source as it is', () => {
  const { status, output } = runIn(root, 'tsx', 'scripts/check-rooms.ts')
  expect(output).toContain(', 0 against the order of the rooms')
  expect(status).toBe(0)
})

test.each([
  ['noProcessEnv', 'src/span/a.ts', 'export const a: unknown = process.env'],
  ['noRestrictedGlobals', 'src/span/a.ts', 'export const a: unknown = globalThis'],
  ['noRestrictedImports', 'src/config/a.ts', "import { z } from 'zod/mini'\nexport const a: unknown = z"],
  ['noImportCycles', 'src/span/a.ts', "export { b } from './b.ts'\nexport const a = 1"],
  ['noDefaultExport', 'src/span/a.ts', 'export default 1'],
  ['noConsole', 'src/span/a.ts', 'console.log(1)'],
  ['noFloatingPromises', 'src/span/a.ts', 'const a = async (): Promise<void> => {}\na()'],
])('Biome reports %s', (rule, path, text) => {
  const folder = project({ [path]: text, 'src/span/b.ts': "export { a as b } from './a.ts'" })
  const { status, output } = runIn(folder, 'biome', 'lint', '--vcs-enabled=false', 'src')
  expect(output).toContain(rule)
  expect(status).toBe(1)
})

test.each([
  [
    'the configuration reads the environment',
    'src/config/environment.ts',
    'export const a: unknown = process.env',
  ],
  ['the registry reaches globalThis', 'src/runtime/registry.ts', 'export const a: unknown = globalThis'],
])('Biome lets it pass that %s', (_what, path, text) => {
  const { status, output } = runIn(project({ [path]: text }), 'biome', 'lint', '--vcs-enabled=false', 'src')
  expect(output).not.toContain('━━')
  expect(status).toBe(0)
})
