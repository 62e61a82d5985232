import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runAgent } from '../support/agent.ts'
import type { Command } from '../support/command.ts'
import { addEnds, expectDelivered, expectLeft, withoutStack } from '../support/ends.ts'
import { makeProject, type Project } from '../support/project.ts'
import { type Runtime, runtimeBinary } from './binaries.ts'

describe.each([
  ['deno', ['run', '-A']],
  ['bun', []],
] as const)('a program on %s', (runtime: Runtime, flags: readonly string[]) => {
  let project: Project
  let command: (...args: readonly string[]) => Command
  beforeAll(async () => {
    const binary = await runtimeBinary(runtime)
    project = await makeProject('runtimes')
    await addEnds(project)
    command = (...args) => ({
      command: binary,
      args: [...flags, ...args],
      cwd: project.dir,
      env: { DENO_NO_UPDATE_CHECK: '1' },
    })
  }, 300_000)
  afterAll(() => project[Symbol.asyncDispose]())

  test.each([
    ['by itself', 'natural'],
    ['by process.exit', 'exit 3'],
    ['by process.exit with a code that was set', 'exit with a set code'],
    ['by an error at once', 'throw'],
    ['by an error later', 'throw later'],
    ['by an error that is none', 'throw no error'],
    ['by a rejection at once', 'reject'],
    ['by a rejection later', 'reject later'],
    ['by a rejection that is awaited at the top', 'top-level rejection'],
    ['by a signal to itself', 'abort'],
  ])('delivers at an end %s, and leaves that as it is', { timeout: 120_000 }, async (_what, way) => {
    await expectDelivered(command('end.mjs', way))
  })

  test.each(['exit', 'caught', 'throws at exit', 'code at exit'])(
    'delivers at an end by an error with handlers of its own: %s',
    { timeout: 120_000 },
    async (handlers) => {
      await expectDelivered(command('end.mjs', 'throw later', handlers))
    },
  )

  test('delivers where a handler of errors throws itself', { timeout: 120_000 }, async () => {
    await expectDelivered(command('end.mjs', 'throw later', 'throws again'), { same: withoutStack })
  })

  test('delivers at SIGTERM, and ends by it', { timeout: 120_000 }, async () => {
    await expectDelivered({ ...command('end.mjs', 'stay'), signal: 'SIGTERM' })
  })

  test.each(['exit 3', 'throw later', 'reject'])(
    'leaves what a receiver that is down does not take to the next start: %s',
    { timeout: 120_000 },
    async (way) => {
      await expectLeft(command('end.mjs', way), command('end.mjs', 'natural'))
    },
  )
})

describe('a program on Deno', () => {
  let project: Project
  let command: (way: string) => Command
  beforeAll(async () => {
    const binary = await runtimeBinary('deno')
    project = await makeProject('runtimes', 'deno')
    command = (way) => ({
      command: binary,
      args: ['run', '-A', 'deno-end.mjs', way],
      cwd: project.dir,
      env: { DENO_NO_UPDATE_CHECK: '1' },
    })
  }, 300_000)
  afterAll(() => project[Symbol.asyncDispose]())

  test.each([
    ['Deno.exit', ['work']],
    ['Deno.exit with a handler', ['unload', 'work']],
    ['reportError', ['work']],
    ['prevented error', ['later', 'work']],
    ['prevented rejection', ['later', 'work']],
    ['signal with a listener', ['work']],
    ['signal with a listener taken off', ['work']],
  ])('delivers at an end by %s, and leaves that as it is', { timeout: 120_000 }, async (way, names) => {
    await expectDelivered(command(way), { names })
  })

  test('says nothing of open spans where the program prevents its end', { timeout: 120_000 }, async () => {
    await expectDelivered(command('prevented error with an open span'), { names: ['open'] })
  })
})

describe.each([
  ['deno', ['run', '-A']],
  ['bun', []],
] as const)('worker threads on %s', (runtime: Runtime, flags: readonly string[]) => {
  let project: Project
  let command: (way: string) => Command
  beforeAll(async () => {
    const binary = await runtimeBinary(runtime)
    project = await makeProject('runtimes', 'threads')
    command = (way) => ({
      command: binary,
      args: [...flags, 'threads-end.mjs', way],
      cwd: project.dir,
      env: { DENO_NO_UPDATE_CHECK: '1' },
    })
  }, 300_000)
  afterAll(() => project[Symbol.asyncDispose]())

  test.each(['natural', 'exit'])('deliver when they end: %s', { timeout: 120_000 }, async (way) => {
    await expectDelivered(command(way), { names: ['main', 'worker'] })
  })

  // Deno does not tell whether a worker waits for messages.
  test.skipIf(runtime === 'deno')('say that to be terminated loses spans', { timeout: 120_000 }, async () => {
    const { stdout, stderr } = await runAgent(command('terminate'))
    expect(stdout).toBe('ended\n')
    expect(stderr).toMatch(/^turnspan warn: .*Use the option spool\. \[TS_WORKER_ALONE\]\n$/)
  })
})
