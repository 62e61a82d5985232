import { afterAll, beforeAll, describe, test } from 'vitest'
import { nodeBinary } from '../support/node-versions.ts'
import { expectAgent, runAgent } from './support/agent.ts'
import { pnpFlags, pnpmWorkspace, yarnPnp } from './support/managers.ts'
import type { Project } from './support/project.ts'

describe.each([20, 22] as const)(
  'a workspace of pnpm whose library alone depends on the package, on Node %i',
  (line) => {
    let project: Project
    let node: string
    beforeAll(async () => {
      project = await pnpmWorkspace()
      node = await nodeBinary(line)
    }, 300_000)
    afterAll(() => project[Symbol.asyncDispose]())

    test.each(['agent.mjs', 'agent.cjs'])('is traced in %s', { timeout: 120_000 }, async (program) => {
      expectAgent(await runAgent({ command: node, args: [program], cwd: project.path('apps', 'desk') }))
    })

    test('is traced where the application is started from above', { timeout: 120_000 }, async () => {
      expectAgent(await runAgent({ command: node, args: ['apps/desk/agent.mjs'], cwd: project.dir }))
    })
  },
)

describe.each([20, 22] as const)("a project with Yarn's Plug'n'Play, on Node %i", (line) => {
  let project: Project
  let node: string
  beforeAll(async () => {
    project = await yarnPnp()
    node = await nodeBinary(line)
  }, 300_000)
  afterAll(() => project[Symbol.asyncDispose]())

  test.each(['agent.mjs', 'agent.cjs', 'late.mjs', 'late.cjs'])(
    'is traced in %s',
    { timeout: 120_000 },
    async (program) => {
      const args = [...pnpFlags(project), program]
      expectAgent(await runAgent({ command: node, args, cwd: project.dir }))
    },
  )
})
