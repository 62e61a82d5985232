import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assembleApp, type BuiltApp } from '../support/built.ts'
import { runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

let app: BuiltApp
let collector: OtlpHttpCollector
beforeAll(async () => {
  collector = await startOtlpHttp()
  app = await assembleApp({ modules: path('../../node_modules'), programs: [path('programs')] })
})
afterAll(async () => {
  await app.remove()
  await collector.stop()
})

const run = (program: string, on: boolean): ReturnType<typeof runNode> =>
  runNode(app.program(program), {
    cwd: app.dir,
    env: { ENDPOINT: `${collector.url}/v1/traces`, ON: `${on}` },
    timeoutMs: 120_000,
  })

test.each(['metrics.mjs', 'metrics.cjs'])(
  '%s has its metrics in the meters that it registers late',
  async (program) => {
    const ended = await run(program, true)
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout.split('\n')).toEqual([
      'turnspan gen_ai.execute_tool.duration',
      'turnspan gen_ai.invoke_agent.duration',
    ])
  },
)

test('an application that does not ask for metrics has none', async () => {
  expect(await run('metrics.mjs', false)).toMatchObject({ code: 0, stdout: '', stderr: '' })
})
