import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { startOtlpHttp } from '../support/collector.ts'
import { freePort } from '../support/server-process.ts'
import { exitApp, runToEnd } from './program.ts'
import { stateHomePerTest } from './state-home.ts'

let app: BuiltApp
const home = stateHomePerTest()
beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())

const envOf = (port: number, more: Record<string, string> = {}): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  XDG_STATE_HOME: home.dir,
  TURNSPAN_EXIT_TIMEOUT_MS: '300',
  ...more,
})

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

test.each([
  ['exit 3', undefined],
  ['throw', undefined],
  ['natural', undefined],
  ['stay', 'SIGTERM'],
] as const)(
  'what a process that ends by %s could not deliver is sent by the next one',
  async (way, signal) => {
    const port = await freePort()
    const first = await runToEnd(app, 'end.mjs', { args: [way], env: envOf(port), signal })
    expect(first.stderr).toMatch(/1 span was not delivered.*\[TS_EXIT_SPOOLED\]/)
    const files = await home.files()
    expect(files).toHaveLength(1)
    expect(await modeOf(files[0] as string)).toBe(0o600)
    expect(await modeOf(join(files[0] as string, '..'))).toBe(0o700)
    await using receiver = await startOtlpHttp({ port })
    const next = await runToEnd(app, 'very-end.mjs', { args: ['idle'], env: envOf(port) })
    expect(next).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(await home.files()).toEqual([])
  },
)

test('spool: false leaves nothing on disk, and says what was lost', async () => {
  const env = envOf(await freePort(), { TURNSPAN_SPOOL: 'false' })
  const { stderr } = await runToEnd(app, 'end.mjs', { args: ['exit 0'], env })
  expect(stderr).toContain('TS_EXIT_LOST')
  expect(await home.files()).toEqual([])
})

test('a process that delivers everything writes nothing', async () => {
  await using receiver = await startOtlpHttp()
  // Where it has too little time for that, it would be right to write.
  const env = envOf(receiver.port, { TURNSPAN_EXIT_TIMEOUT_MS: '20000' })
  await runToEnd(app, 'end.mjs', { args: ['exit 0'], env })
  expect(receiver.spans()).toHaveLength(1)
  expect(await readdir(home.dir)).toEqual([])
})

test('where nothing can be written, what is lost is said with the reason', async () => {
  await mkdir(join(home.dir, 'turnspan'))
  await mkdir(join(home.dir, 'turnspan', 'spool'))
  await rm(join(home.dir, 'turnspan', 'spool'), { recursive: true })
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(home.dir, 'turnspan', 'spool'), 'no folder')
  await chmod(join(home.dir, 'turnspan', 'spool'), 0o600)
  const { stderr, code } = await runToEnd(app, 'end.mjs', { args: ['exit 3'], env: envOf(await freePort()) })
  expect(code).toBe(3)
  expect(stderr).toMatch(/1 span was not delivered.*they could not be kept in .* either.*\[TS_EXIT_LOST\]/)
})

test('a script that ends by itself waits for a server that is still starting', async () => {
  const port = await freePort()
  const { TURNSPAN_EXIT_TIMEOUT_MS: _, ...env } = envOf(port)
  const ending = runToEnd(app, 'end.mjs', { args: ['natural'], env, timeoutMs: 40_000 })
  await sleep(4000)
  await using receiver = await startOtlpHttp({ port })
  const { code, stderr } = await ending
  expect(code).toBe(0)
  expect(stderr).toContain('TS_EXIT_WAITING')
  expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
  expect(await home.files()).toEqual([])
}, 60_000)

test('it does not wait so long for a server that is there and wants something put right', async () => {
  const server = createServer((_, response) => response.writeHead(401).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { TURNSPAN_EXIT_TIMEOUT_MS: _, ...env } = envOf(port)
  const { stderr, timedOut } = await runToEnd(app, 'end.mjs', { args: ['natural'], env, timeoutMs: 20_000 })
  server.close()
  expect(timedOut).toBe(false)
  expect(stderr).toContain('TS_EXIT_SPOOLED')
  expect(stderr).not.toContain('TS_EXIT_WAITING')
}, 60_000)
