import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectTree, runAgent } from './support/agent.ts'
import { makeProject, type Project } from './support/project.ts'

let project: Project
beforeAll(async () => {
  project = await makeProject('jest', 'jest')
}, 300_000)
afterAll(() => project[Symbol.asyncDispose]())

describe('Jest', { timeout: 120_000 }, () => {
  test.each(['node', './jsdom.cjs'])(
    'runs the tests of a traced agent in the environment %s',
    async (environment) => {
      const args = ['node_modules/jest/bin/jest.js', '--config', 'jest.config.json', '--env', environment]
      const { code, stderr, spans } = await runAgent({
        command: process.execPath,
        args: [...args, '--no-cache', '--ci'],
        cwd: project.dir,
      })
      expect(stderr).toContain('Tests:       1 passed, 1 total')
      expect(stderr).not.toContain('turnspan warn')
      expect(code).toBe(0)
      expectTree(spans)
    },
  )
})
