import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { recognise } from '../../src/modules/recognise.ts'
import { makeFolders, packageTree } from './folders.ts'

let remove: () => Promise<void> = async () => {}
afterEach(() => remove())

test.each([
  ['node_modules/openai', 'index.mjs', '.'],
  ['node_modules/openai', 'index.js', '.'],
  ['node_modules/openai', 'client.mjs', './client'],
  ['node_modules/openai', 'internal/parse.mjs', undefined],
  ['.next/node_modules/openai-0123456789abcdef', 'index.js', '.'],
  ['.pnpm/openai@6.0.0/node_modules/openai', 'index.mjs', '.'],
  ['libs/my-openai', 'index.js', '.'],
])('knows %s/%s by its package', async (folder, file, subpath) => {
  const made = await makeFolders(packageTree(folder, 'openai', '6.0.0'))
  remove = made.remove
  const path = join(made.dir, folder, file)
  expect(recognise(path)).toEqual({ package: 'openai', version: '6.0.0', file: path, subpath })
})

test.each([
  ['node_modules/openai-helpers', 'openai-helpers'],
  ['node_modules/other', 'openai'],
  ['src', 'app'],
])('leaves %s of the package %s alone', async (folder, name) => {
  const made = await makeFolders(packageTree(folder, name, '1.0.0'))
  remove = made.remove
  expect(recognise(join(made.dir, folder, 'index.mjs'))).toBeUndefined()
})

test('knows the files of a package without exports', async () => {
  const made = await makeFolders({
    'node_modules/openai/package.json': { name: 'openai', version: '4.0.0', main: 'lib/main' },
    'node_modules/openai/lib/main.js': '',
  })
  remove = made.remove
  expect(recognise(join(made.dir, 'node_modules/openai/lib/main.js'))?.subpath).toBe('.')
  expect(recognise(join(made.dir, 'node_modules/openai/lib/other.js'))?.subpath).toBeUndefined()
})
