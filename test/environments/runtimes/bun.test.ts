import { afterAll, beforeAll, describe, test } from 'vitest'
import { expectAgent, runAgent } from '../support/agent.ts'
import { makeProject, type Project } from '../support/project.ts'
import { runtimeBinary } from './binaries.ts'

let bun: string
let project: Project
beforeAll(async () => {
  bun = await runtimeBinary('bun')
  project = await makeProject('runtimes', 'agent')
}, 300_000)
afterAll(() => project[Symbol.asyncDispose]())

describe('Bun', { timeout: 120_000 }, () => {
  test.each([
    ['an ES module', ['agent.mjs'], {}],
    ['an ES module that ends by process.exit', ['agent.mjs'], { END: 'exit' }],
    ['a CommonJS program', ['agent.cjs'], {}],
    ['a CommonJS program that ends by process.exit', ['agent.cjs'], { END: 'exit' }],
    ['an ES module that loads the package later', ['late.mjs'], {}],
    ['an ES module below --preload turnspan/register', ['--preload', 'turnspan/register', 'agent.mjs'], {}],
  ])('traces %s', async (_what, args, env) => {
    expectAgent(await runAgent({ command: bun, args, cwd: project.dir, env }))
  })
})
