import { afterAll, beforeAll, describe, test } from 'vitest'
import { nodeBinary } from '../support/node-versions.ts'
import type { Command } from './support/command.ts'
import { addEnds, expectDelivered, expectLeft } from './support/ends.ts'
import { pnpFlags, yarnPnp } from './support/managers.ts'
import type { Project } from './support/project.ts'

describe.each([
  ['turnspan in an archive', 20, false],
  ['turnspan in an archive', 24, false],
  ['turnspan unplugged', 22, true],
] as const)("a project with Yarn's Plug'n'Play, %s, on Node %i", (_what, line, unplugged) => {
  let project: Project
  let node: string
  beforeAll(async () => {
    project = await yarnPnp({ unplugged })
    await addEnds(project)
    node = await nodeBinary(line)
  }, 300_000)
  afterAll(() => project[Symbol.asyncDispose]())

  const command = (way: string, signal?: NodeJS.Signals): Command => ({
    command: node,
    args: [...pnpFlags(project), 'end.mjs', way],
    cwd: project.dir,
    signal,
  })

  test.each([
    ['by itself', 'natural', undefined],
    ['by process.exit', 'exit 3', undefined],
    ['by an error that nobody catches', 'throw later', undefined],
    ['by a rejection that nobody handles', 'reject later', undefined],
    ['by SIGTERM', 'stay', 'SIGTERM'],
  ] as const)(
    'delivers at an end %s, and leaves that as it is',
    { timeout: 120_000 },
    async (_, way, signal) => {
      await expectDelivered(command(way, signal))
    },
  )

  test('leaves what a receiver that is down does not take to the next start', {
    timeout: 120_000,
  }, async () => {
    await expectLeft(command('exit 3'), command('natural'))
  })
})
