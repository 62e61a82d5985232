import { cp, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeBinary } from '../support/node-versions.ts'
import { ANSWER, expectTree } from './support/agent.ts'
import { runCommand } from './support/command.ts'
import { emptyProject, makeProject, type Project } from './support/project.ts'
import { type Served, serve } from './support/serve.ts'

let node: string
const projects: Project[] = []
beforeAll(async () => {
  node = await nodeBinary(22)
}, 300_000)
afterAll(async () => {
  for (const project of projects) await project[Symbol.asyncDispose]()
})

async function project(set: string): Promise<Project> {
  const made = await makeProject(set, set)
  projects.push(made)
  return made
}

/** Runs a step that must succeed: a build. */
async function build(cwd: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand({ command: node, args, cwd, timeoutMs: 180_000 })
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
}

/** One request is answered, its trace is whole, and the server has nothing to say. */
async function expectTraced(served: Served, path = '/'): Promise<void> {
  const { collector } = served.servers
  expect(await (await fetch(served.url + path)).text(), served.log()).toContain(ANSWER)
  await collector.waitForSpans(3)
  expectTree(collector.spans())
  expect(served.log()).not.toMatch(/^turnspan (warn|error)/m)
}

describe('React Router', { timeout: 240_000 }, () => {
  test('is traced below its own command, which is CommonJS and loads the application as an ES module', async () => {
    const { dir } = await project('react-router')
    await build(dir, 'node_modules/@react-router/dev/bin.cjs', 'build')
    const args = ['node_modules/@react-router/serve/bin.cjs', 'build/server/index.js']
    await using served = await serve({ command: node, args, cwd: dir })
    await expectTraced(served)
  })
})

describe('Nitro', { timeout: 240_000 }, () => {
  test('is traced where its output was moved to, away from the project', async () => {
    const { dir } = await project('nitro')
    await build(dir, 'node_modules/nitropack/dist/cli/index.mjs', 'build')
    const moved = await emptyProject('moved')
    projects.push(moved)
    await cp(`${dir}/.output`, moved.path('app'), { recursive: true, verbatimSymlinks: true })
    await rm(dir, { recursive: true })
    await using served = await serve({ command: node, args: ['server/index.mjs'], cwd: moved.path('app') })
    await expectTraced(served)
  })
})

describe('Nest', { timeout: 240_000 }, () => {
  test('is traced in CommonJS, with its routes as they are', async () => {
    const { dir } = await project('nest')
    await build(dir, 'node_modules/typescript/bin/tsc')
    await using served = await serve({ command: node, args: ['out/main.js'], cwd: dir })
    await expectTraced(served)
    expect(await (await fetch(`${served.url}/traced`)).text()).toBe('traced')
  })
})
