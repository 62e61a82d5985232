import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runNode } from '../support/child.ts'

const root = join(import.meta.dirname, '../..')
let folder: string

/** The files that docs/testing.md shows: code blocks that begin with their name. */
async function shownFiles(): Promise<Map<string, string>> {
  const text = await readFile(join(root, 'docs/testing.md'), 'utf8')
  const blocks = [...text.matchAll(/```[jt]s\n\/\/ (\S+)\n([\s\S]*?)```/g)]
  return new Map(blocks.map(([, name = '', code = '']) => [name, code]))
}

/** From the sources instead of the installed package. */
const fromSources = (code: string): string =>
  code
    .replaceAll("'turnspan/testing'", JSON.stringify(join(root, 'src/testing/index.ts')))
    .replaceAll("'turnspan'", JSON.stringify(join(root, 'src/index.ts')))

beforeAll(async () => {
  // Below node_modules, where "vitest" is found and no other run looks for tests.
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  folder = await mkdtemp(join(cache, 'docs-testing-'))
  for (const [name, code] of await shownFiles()) await writeFile(join(folder, name), fromSources(code))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the examples of docs/testing.md', () => {
  test('run under vitest', async () => {
    const config = `export default { root: ${JSON.stringify(folder)}, test: { include: ['agent.test.ts'], exclude: [] } }`
    await writeFile(join(folder, 'vitest.config.mjs'), config)
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const result = await runNode(vitest, { args: ['run', '--no-color'], cwd: folder, env: { CI: 'true' } })
    expect(`${result.stdout}${result.stderr}`).toMatch(/Tests {2}2 passed \(2\)/)
    expect(result.code).toBe(0)
  }, 60_000)

  test('run under node:test', async () => {
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const result = await runNode(join(folder, 'agent.node.ts'), {
      nodeArgs: ['--import', tsx, '--test', '--test-reporter=tap'],
    })
    expect(result.stdout).toMatch(/^# pass 1$/m)
    expect(result.stdout).toMatch(/^# fail 0$/m)
    expect(result.code).toBe(0)
  }, 60_000)

  test('fail with the tree in what the runner says', async () => {
    const code = await readFile(join(folder, 'agent.node.ts'), 'utf8')
    const failing = join(folder, 'failing.node.ts')
    await writeFile(failing, code.replace("'search', 'book', 'chat", "'book', 'search', 'chat"))
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const result = await runNode(failing, {
      nodeArgs: ['--import', tsx, '--test', '--test-reporter=tap'],
    })
    expect(result.code).toBe(1)
    expect(result.stdout).toContain('Expected the tree')
    expect(result.stdout).toContain('├─ tool:search [TOOL]')
  }, 60_000)
})
