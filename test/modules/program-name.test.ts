import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runNode } from '../support/child.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'turnspan-program-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const MODULE = new URL('../../src/modules/program-name.ts', import.meta.url).href
const PROGRAM = `import { programName } from ${JSON.stringify(MODULE)}\nprocess.stdout.write(String(programName()))`

async function nameOf(files: Readonly<Record<string, string>>, main: string): Promise<string> {
  for (const [path, text] of Object.entries({ ...files, [main]: PROGRAM })) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  const { stdout, stderr } = await runNode(join(dir, main), { cwd: dir, nodeArgs: ['--import', TSX] })
  if (stderr !== '') throw new Error(stderr)
  return stdout
}
const TSX = pathToFileURL(join(process.cwd(), 'node_modules/tsx/dist/loader.mjs')).href

test.each([
  ['beside its main file', { 'package.json': '{"name":"shop"}' }, 'main.mjs', 'shop'],
  ['above it', { 'package.json': '{"name":"@acme/shop"}' }, 'dist/server/main.mjs', '@acme/shop'],
  [
    'above one without a name',
    { 'package.json': '{"name":"shop"}', '.next/package.json': '{"type":"module"}' },
    '.next/server/main.mjs',
    'shop',
  ],
])('a program is called after the package.json %s', async (_, files, main, expected) => {
  expect(await nameOf(files, main)).toBe(expected)
})
