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

describe('CommonJS on Bun', { timeout: 120_000 }, () => {
  test.each([
    ['is traced when the package is loaded after init', ['late.cjs']],
    ['is traced below --preload turnspan/register', ['--preload', 'turnspan/register', 'agent.cjs']],
    ['is traced there when it loads the package late', ['--preload', 'turnspan/register', 'late.cjs']],
  ])('%s', async (_what, args) => {
    expectAgent(await runAgent({ command: bun, args, cwd: project.dir }))
  })
})
