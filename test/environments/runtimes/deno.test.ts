import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAgent, runAgent } from '../support/agent.ts'
import { makeProject, type Project } from '../support/project.ts'
import { runtimeBinary } from './binaries.ts'

let deno: string
let project: Project
beforeAll(async () => {
  deno = await runtimeBinary('deno')
  project = await makeProject('runtimes', 'agent')
}, 300_000)
afterAll(() => project[Symbol.asyncDispose]())

const ALL = ['run', '-A']

describe('Deno', { timeout: 120_000 }, () => {
  test.each([
    ['an ES module', [...ALL, 'agent.mjs'], {}],
    ['an ES module that ends by process.exit', [...ALL, 'agent.mjs'], { END: 'exit' }],
    ['a CommonJS program', [...ALL, 'agent.cjs'], {}],
    ['a CommonJS program that ends by process.exit', [...ALL, 'agent.cjs'], { END: 'exit' }],
    ['an ES module that loads the package later', [...ALL, 'late.mjs'], {}],
    ['a CommonJS program that loads the package later', [...ALL, 'late.cjs'], {}],
    [
      'a program that may only read, send and see its variables',
      ['run', '--allow-env', '--allow-net', '--allow-read', 'agent.mjs'],
      {},
    ],
  ])('traces %s', async (_what, args, env) => {
    expectAgent(
      await runAgent({ command: deno, args, cwd: project.dir, env: { DENO_NO_UPDATE_CHECK: '1', ...env } }),
    )
  })

  test('runs a program that may do nothing, and says that it is not traced', async () => {
    const code = `import { init, withAgent } from 'turnspan'
      const { enabled } = init({ endpoint: 'http://127.0.0.1:9', protocol: 'http/protobuf' })
      console.log(withAgent({ agent: 'a' }, () => 'answer'), enabled)`
    await writeFile(project.path('forbidden.mjs'), code)
    const args = ['run', '--no-prompt', 'forbidden.mjs']
    const { code: exit, stdout, stderr } = await runAgent({ command: deno, args, cwd: project.dir })
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'answer false\n' })
    expect(stderr).toMatch(/^turnspan warn: .*--allow-env.*\[TS_CONFIG_INVALID\]$/m)
  })
})
