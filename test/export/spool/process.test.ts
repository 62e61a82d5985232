import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../../src/export/statistics/export-statistics.ts'
import type { BuiltApp } from '../../support/built.ts'
import { type NodeResult, runNode, startNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { run } from '../../support/run.ts'
import { freePort } from '../../support/server-process.ts'
import { spoolApp, spoolEnv, spoolFolder } from './program.ts'

let app: BuiltApp
beforeAll(async () => {
  app = await spoolApp()
}, 600_000)
afterAll(() => app?.remove())

const start = (program: string, env: Record<string, string>, ...args: string[]): Promise<NodeResult> =>
  runNode(app.program(program), { cwd: app.dir, env, args, timeoutMs: 110_000 })

interface Burst {
  readonly producedMs: number
  readonly before: Report
  readonly report: Report
  readonly rssMb: number
}
const burstOf = ({ stdout, stderr }: NodeResult): Burst => {
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Burst
}

const sum = ({ dropped, ...report }: Report): number =>
  [...Object.values(report), ...Object.values(dropped)].reduce((total, n) => total + n, 0)

describe('a burst without yielding', () => {
  test('of more than memory holds arrives whole', { timeout: 120_000 }, async () => {
    await using folder = await spoolFolder()
    await using server = await startOtlpHttp()
    const { before, report } = burstOf(
      await start('burst.mjs', spoolEnv(server.url, folder.dir), '50000', '4000', '100000'),
    )
    expect(sum(before)).toBe(50_000)
    expect(before.spooled).toBeGreaterThan(30_000)
    expect(report).toEqual({
      sent: 50_000,
      queued: 0,
      spooled: 0,
      rejected: 0,
      filtered: 0,
      unsampled: 0,
      dropped: {},
    })
    const spans = server.spans()
    expect(spans.length).toBe(50_000)
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(50_000)
    expect(await folder.files()).toEqual([])
  })

  test('that does not fit on disk either is dropped oldest first, and counted', {
    timeout: 60_000,
  }, async () => {
    await using folder = await spoolFolder()
    const url = `http://127.0.0.1:${await freePort()}`
    const program = `
      import { flushTraces, init, stats, withSpan } from 'turnspan'
      init({ spool: { dir: ${JSON.stringify(folder.dir)}, maxBytes: 2_000_000 }, maxQueueBytes: 500_000, exitTimeoutMs: 0 })
      for (let i = 0; i < 2000; i += 1) withSpan((span) => span.setInputs({ text: 'z'.repeat(3000) }), { name: 'a' })
      console.log(JSON.stringify(stats()))`
    const { TURNSPAN_SPOOL: _, ...env } = spoolEnv(url, folder.dir)
    const { stdout, stderr } = await runNode({ eval: program }, { cwd: app.dir, env })
    const report = JSON.parse(stdout) as Report
    expect(sum(report)).toBe(2000)
    expect(Object.keys(report.dropped)).toEqual(['spool_full'])
    expect(report.dropped.spool_full).toBeGreaterThan(500)
    expect(report.spooled).toBeGreaterThan(200)
    expect(stderr).toContain('TS_SPOOL_DROPPED')
  })
})

describe('a receiver that is down', () => {
  const ENDS: readonly (readonly [way: string, signal: NodeJS.Signals | undefined])[] = [
    ['natural', undefined],
    ['exit', undefined],
    ['throw', undefined],
    ['stay', 'SIGTERM'],
    ['stay', 'SIGKILL'],
  ]

  test.each(ENDS)('loses nothing when the process ends by: %s %s', async (way, signal) => {
    await using folder = await spoolFolder()
    const port = await freePort()
    const env = spoolEnv(`http://127.0.0.1:${port}`, folder.dir, { TURNSPAN_EXIT_TIMEOUT_MS: '300' })
    const child = startNode(app.program('end.mjs'), { cwd: app.dir, env, args: [way] })
    if (signal !== undefined) {
      await child.waitForOutput('ready')
      child.kill(signal)
    }
    const { stderr } = await child.result
    expect(stderr).not.toContain('TS_EXIT_LOST')
    expect(stderr.includes('TS_EXIT_SPOOLED')).toBe(signal !== 'SIGKILL')
    expect((await folder.segments()).length).toBe(1)
    await using server = await startOtlpHttp({ port })
    const next = await start('send.mjs', { ...env })
    expect(JSON.parse(next.stdout)).toMatchObject({ sent: 0, queued: 0, spooled: 0, dropped: {} })
    expect(server.spans().map(({ name }) => name)).toEqual(['inner', 'outer'])
    expect(await folder.files()).toEqual([])
  })

  test('loses nothing of threads, each of which has files of its own', { timeout: 30_000 }, async () => {
    await using folder = await spoolFolder()
    const port = await freePort()
    const env = spoolEnv(`http://127.0.0.1:${port}`, folder.dir, { TURNSPAN_EXIT_TIMEOUT_MS: '100' })
    const { stderr } = await start('threads.mjs', env)
    expect(stderr).not.toContain('TS_EXIT_LOST')
    expect((await folder.segments()).length).toBe(3)
    await using server = await startOtlpHttp({ port })
    await start('send.mjs', env)
    expect(
      server
        .spans()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['main', 'one', 'two'])
    expect(await folder.files()).toEqual([])
  })

  test('leaves spans that a process sends which ends at once itself', { timeout: 30_000 }, async () => {
    await using folder = await spoolFolder()
    const port = await freePort()
    const env = spoolEnv(`http://127.0.0.1:${port}`, folder.dir, { TURNSPAN_EXIT_TIMEOUT_MS: '100' })
    await start('end.mjs', env, 'exit')
    await using server = await startOtlpHttp({ port })
    // The answer of a busy machine may take longer than the short deadline above.
    await start('end.mjs', { ...env, TURNSPAN_EXIT_TIMEOUT_MS: '20000' }, 'natural')
    expect(
      server
        .spans()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['inner', 'inner', 'outer', 'outer'])
    expect(await folder.files()).toEqual([])
  })
})

test('a receiver that is well leaves no trace on disk at any end', async () => {
  await using folder = await spoolFolder()
  await using server = await startOtlpHttp()
  for (const way of ['natural', 'exit', 'throw']) {
    const { stderr } = await start('end.mjs', spoolEnv(server.url, folder.dir), way)
    expect(stderr).not.toContain('[TS_')
    expect(await folder.files()).toEqual([])
  }
  expect(server.spans().length).toBe(6)
})

test('two processes at once on one folder deliver each span once', { timeout: 60_000 }, async () => {
  await using folder = await spoolFolder()
  const port = await freePort()
  const env = spoolEnv(`http://127.0.0.1:${port}`, folder.dir, { TURNSPAN_EXIT_TIMEOUT_MS: '100' })
  await Promise.all([1, 2, 3].map(() => start('burst.mjs', env, '4000', '3000')))
  expect((await folder.segments()).length).toBeGreaterThan(6)
  await using server = await startOtlpHttp({ port })
  const senders = await Promise.all([1, 2].map(() => start('send.mjs', env)))
  expect(senders.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ])
  const ids = server.spans().map(({ spanId }) => spanId)
  expect(ids.length).toBe(12_000)
  expect(new Set(ids).size).toBe(12_000)
  expect(await folder.files()).toEqual([])
})

const NODE = JSON.stringify(process.execPath)
// A mount that only the program sees needs the rights for it, which a container may not have.
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0

/** Ways to let the program run out of disk at `"$TURNSPAN_SPOOL"`, where Linux is underneath. */
const DISKS: readonly (readonly [what: string, possible: boolean, line: string])[] = [
  ['RLIMIT_FSIZE', process.platform === 'linux', 'ulimit -f 200; exec'],
  [
    'a tmpfs of 300 kB',
    canMount,
    'mkdir -p "$TURNSPAN_SPOOL" && exec unshare -m bash -c \'mount -t tmpfs -o size=300k tmpfs "$TURNSPAN_SPOOL" && exec "$0" "$@"\'',
  ],
]

test.each(DISKS.filter(([, possible]) => possible))(
  'a full disk is said once and costs no span: %s',
  async (_what, _possible, line) => {
    await using folder = await spoolFolder()
    await using server = await startOtlpHttp()
    const output = await run('bash', ['-c', `${line} ${NODE} burst.mjs 800 3000 20000 2>&1`], {
      cwd: app.dir,
      env: spoolEnv(server.url, folder.dir),
    })
    const lines = output.split('\n')
    expect(lines.filter((text) => text.includes('TS_SPOOL_OFF')).length).toBe(1)
    const { report } = JSON.parse(lines.find((text) => text.startsWith('{')) ?? '') as Burst
    expect(report).toMatchObject({ sent: 800, queued: 0, spooled: 0, dropped: {} })
    expect(server.spans().length).toBe(800)
    expect(await folder.files()).toEqual([])
  },
)

test('a span that is refused is set aside with the answer, and the others arrive', async () => {
  await using folder = await spoolFolder()
  await using server = await startOtlpHttp({ answers: [422, 422, { status: 422, body: 'poison' }] })
  const { stderr } = await start('end.mjs', spoolEnv(server.url, folder.dir), 'flush')
  expect(stderr.match(/TS_SPAN_REJECTED/g)?.length).toBe(1)
  expect(server.spans().map(({ name }) => name)).toEqual(['outer'])
  const [key = ''] = await readdir(folder.dir)
  const rejected = join(folder.dir, key, 'rejected')
  const names = (await readdir(rejected)).sort()
  expect(names.map((name) => name.split('.').at(-1))).toEqual(['json', 'otlp'])
  const about = JSON.parse(await readFile(join(rejected, names[0] ?? ''), 'utf8'))
  expect(about).toMatchObject({ name: 'inner', reason: expect.stringContaining('poison') })
  expect(await folder.segments()).toEqual([])
})
