import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { installedCopies } from '../../src/modules/installed.ts'
import { makeFolders, packageTree, type Tree } from './folders.ts'

let remove: () => Promise<void> = async () => {}
afterEach(() => remove())

async function copies(tree: Tree, file: string): Promise<string[]> {
  const made = await makeFolders(tree)
  remove = made.remove
  return installedCopies(['openai', '@langchain/core'], [join(made.dir, file)]).map(
    ({ dir, manifest }) => `${dir.slice(made.dir.length + 1)} ${manifest.version}`,
  )
}

test('finds a package in the folders node_modules above the program', async () => {
  const tree = {
    'app/src/main.mjs': '',
    'app/package.json': { name: 'app', dependencies: { openai: '6' } },
    ...packageTree('app/node_modules/openai', 'openai', '6.0.0'),
    ...packageTree('node_modules/@langchain/core', '@langchain/core', '1.0.0'),
  }
  expect(await copies(tree, 'app/src/main.mjs')).toEqual([
    'app/node_modules/openai 6.0.0',
    'node_modules/@langchain/core 1.0.0',
  ])
})

test('finds what only a library of the same workspace depends on', async () => {
  const tree = {
    'apps/shop/main.mjs': '',
    'apps/shop/package.json': { name: 'shop', dependencies: { '@my/agent': 'workspace:*' } },
    'apps/shop/node_modules/@my/agent': 'link:libs/agent',
    'libs/agent/package.json': { name: '@my/agent', dependencies: { openai: '6' } },
    ...packageTree('libs/agent/node_modules/openai', 'openai', '6.0.0'),
  }
  expect(await copies(tree, 'apps/shop/main.mjs')).toEqual(['libs/agent/node_modules/openai 6.0.0'])
})

test('finds copies in the store of pnpm', async () => {
  const tree = {
    'main.mjs': '',
    'package.json': { name: 'app', dependencies: { wrapper: '1' } },
    ...packageTree('node_modules/.pnpm/openai@6.0.0_zod@4.0.0/node_modules/openai', 'openai', '6.0.0'),
    ...packageTree(
      'node_modules/.pnpm/@langchain+core@1.0.0/node_modules/@langchain/core',
      '@langchain/core',
      '1.0.0',
    ),
  }
  expect(await copies(tree, 'main.mjs')).toEqual([
    'node_modules/.pnpm/openai@6.0.0_zod@4.0.0/node_modules/openai 6.0.0',
    'node_modules/.pnpm/@langchain+core@1.0.0/node_modules/@langchain/core 1.0.0',
  ])
})

test('finds a second version that lies below a dependency', async () => {
  const tree = {
    'main.mjs': '',
    'package.json': { name: 'app', dependencies: { openai: '6', wrapper: '1' } },
    ...packageTree('node_modules/openai', 'openai', '6.0.0'),
    'node_modules/wrapper/package.json': { name: 'wrapper', dependencies: { openai: '4' } },
    ...packageTree('node_modules/wrapper/node_modules/openai', 'openai', '4.0.0'),
  }
  expect(await copies(tree, 'main.mjs')).toEqual([
    'node_modules/openai 6.0.0',
    'node_modules/wrapper/node_modules/openai 4.0.0',
  ])
})

test('takes a package by the name that it has, not by that of its folder', async () => {
  const tree = {
    'main.mjs': '',
    'package.json': { name: 'app' },
    ...packageTree('node_modules/openai', 'another', '1.0.0'),
  }
  expect(await copies(tree, 'main.mjs')).toEqual([])
})

test('ends where libraries of a workspace depend on each other', async () => {
  const tree = {
    'a/main.mjs': '',
    'a/package.json': { name: 'a', dependencies: { b: '*' } },
    'a/node_modules/b': 'link:b',
    'b/package.json': { name: 'b', dependencies: { a: '*' } },
    'b/node_modules/a': 'link:a',
  }
  expect(await copies(tree, 'a/main.mjs')).toEqual([])
})
