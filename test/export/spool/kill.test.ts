import { utimes } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode, startNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { type SpoolFolder, spoolApp, spoolEnv, spoolFolder } from './program.ts'

const KILLS = Number(process.env.SPOOL_TEST_KILLS ?? 50)
const LONGEST_LIFE_MS = 250

let app: BuiltApp
beforeAll(async () => {
  app = await spoolApp()
}, 600_000)
afterAll(() => app?.remove())

/** Runs a program under load, kills it at a random moment, and gives the IDs of the spans that it acknowledged. */
async function killed(env: Record<string, string>): Promise<string[]> {
  const child = startNode(app.program('load.mjs'), { cwd: app.dir, env })
  await child.waitForOutput('ready')
  await sleep(Math.random() * LONGEST_LIFE_MS)
  child.kill('SIGKILL')
  const { stdout } = await child.result
  return stdout
    .slice(0, stdout.lastIndexOf('\n'))
    .split('\n')
    .filter((line) => line !== 'ready')
}

async function expectAll(
  server: OtlpHttpCollector,
  folder: SpoolFolder,
  acknowledged: readonly string[],
): Promise<void> {
  // What a process was about to rename when it was killed may be another's that lives: it is taken for left by its age.
  const hourAgo = new Date(Date.now() - 3_600_000)
  const unfinished = (await folder.files()).filter((path) => /\.(?:ack|new)$/.test(path))
  for (const path of unfinished) await utimes(path, hourAgo, hourAgo)
  const last = await runNode(app.program('send.mjs'), { cwd: app.dir, env: spoolEnv(server.url, folder.dir) })
  expect(last).toMatchObject({ code: 0, stderr: '' })
  const arrived = new Set(server.spans().map(({ spanId }) => spanId))
  expect(acknowledged.filter((id) => !arrived.has(id))).toEqual([])
  expect(await folder.files()).toEqual([])
}

test(`no span that ended before a turn of the event loop is lost over ${KILLS} kills at random moments`, {
  timeout: 30_000 + KILLS * 4000,
}, async () => {
  await using folder = await spoolFolder()
  await using server = await startOtlpHttp()
  const acknowledged: string[] = []
  for (let i = 0; i < KILLS; i += 1) {
    // A receiver that is well, one that is not, and one that recovers under way.
    server.answer(i % 3 === 2 ? [503, 503, 503] : [], i % 3 === 1 ? 503 : 200)
    acknowledged.push(...(await killed(spoolEnv(server.url, folder.dir))))
  }
  server.answer([], 200)
  expect(acknowledged.length).toBeGreaterThan(KILLS * 10)
  await expectAll(server, folder, acknowledged)
})

test('two processes that share a folder and are killed lose nothing', { timeout: 120_000 }, async () => {
  await using folder = await spoolFolder()
  await using server = await startOtlpHttp()
  const acknowledged: string[] = []
  for (let i = 0; i < 5; i += 1) {
    server.answer([], i % 2 === 0 ? 503 : 200)
    const env = spoolEnv(server.url, folder.dir)
    acknowledged.push(...(await Promise.all([killed(env), killed(env)])).flat())
  }
  server.answer([], 200)
  await expectAll(server, folder, acknowledged)
})
