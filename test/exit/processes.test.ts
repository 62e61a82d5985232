import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { startOtlpGrpc } from '../support/otlp-grpc-server.ts'
import { freePort } from '../support/server-process.ts'
import { ending, endsUntraced, exitApp, runToEnd } from './program.ts'

let app: BuiltApp
let receiver: OtlpHttpCollector
let env: Record<string, string>

beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())
beforeEach(async () => {
  receiver = await startOtlpHttp()
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
  return () => receiver.stop()
})

const names = (): string[] =>
  receiver
    .spans()
    .map(({ name }) => name)
    .sort()

describe.each(['natural', 'exit'])('a process with others that end by: %s', (way) => {
  it('delivers the spans of a worker thread', async () => {
    const ended = await runToEnd(app, 'threads.mjs', { args: [way], env })
    expect(ending(ended)).toEqual(await endsUntraced(app, 'threads.mjs', { args: [way], env }))
    expect(names()).toEqual(['main', 'worker'])
  })

  it('delivers the spans of a forked process', async () => {
    const ended = await runToEnd(app, 'fork.mjs', { args: [way], env })
    expect(ending(ended)).toEqual(await endsUntraced(app, 'fork.mjs', { args: [way], env }))
    expect(names()).toEqual(['child', 'parent'])
  })
})

it('delivers the spans of a worker thread that throws', async () => {
  const ended = await runToEnd(app, 'threads.mjs', { args: ['throw'], env })
  expect(ending(ended)).toEqual(await endsUntraced(app, 'threads.mjs', { args: ['throw'], env }))
  expect(names()).toEqual(['main', 'worker'])
})

it('delivers the spans of a worker thread that is terminated', async () => {
  const ended = await runToEnd(app, 'threads.mjs', { args: ['terminate'], env })
  expect(ending(ended)).toEqual(await endsUntraced(app, 'threads.mjs', { args: ['terminate'], env }))
  expect(names()).toEqual(['main', 'worker'])
})

it('says once what was lost at the end, also what a worker thread had', async () => {
  await receiver.stop()
  const dead = {
    ...env,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    TURNSPAN_EXIT_TIMEOUT_MS: '300',
    TURNSPAN_SPOOL: 'false',
  }
  const { stderr } = await runToEnd(app, 'threads.mjs', { args: ['exit'], env: dead })
  const said = stderr.split('\n').filter((line) => line.includes('TS_EXIT_LOST'))
  expect(said).toEqual([expect.stringMatching(/^turnspan error: 2 spans were not delivered/)])
})

/** Both workers write at the same time, and their lines mix. */
const inAnyOrder = <T extends { readonly stderr: string }>(end: T) => ({
  ...end,
  stderr: end.stderr.split('\n').sort(),
})

describe.each(['natural', 'exit', 'throw', 'disconnect', 'kill'])(
  'a cluster of processes that ends by: %s',
  (way) => {
    it('delivers the spans of the primary and of every worker', async () => {
      const ended = await runToEnd(app, 'cluster.mjs', { args: [way], env })
      const untraced = await endsUntraced(app, 'cluster.mjs', { args: [way], env })
      expect(inAnyOrder(ending(ended))).toEqual(inAnyOrder(untraced))
      expect(names()).toEqual(['primary', 'worker-1', 'worker-2'])
    })
  },
)

describe.each(['spawn', 'exec', 'execFileSync'])('a process with a child started by %s', (way) => {
  it('delivers the spans of the child, which has inherited the environment only', async () => {
    const inherited = { ...env, NODE_OPTIONS: '--import=turnspan/register' }
    const ended = await runToEnd(app, 'children.mjs', { args: [way], env: inherited })
    expect(ending(ended)).toEqual(await endsUntraced(app, 'children.mjs', { args: [way], env: inherited }))
    expect(ended.stdout).toBe('child ended with 4\n')
    expect(names()).toEqual(['child', 'parent'])
  })
})

describe.each(['natural', 'exit', 'throw', 'signal'])(
  'a process with the console target that ends by: %s',
  (way) => {
    it('has printed its traces, once each and to stderr', async () => {
      const { stdout, stderr } = await runToEnd(app, 'console.mjs', { args: [way] })
      expect(stdout).toBe('')
      for (const name of ['whole', 'step', 'part']) expect(stderr.split(`${name} `)).toHaveLength(2)
      expect(stderr).not.toContain('TS_EXIT_LOST')
    })
  },
)

it('delivers a thousand spans that were made in the tick of process.exit', async () => {
  const ended = await runToEnd(app, 'many.mjs', { args: ['1000'], env })
  expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect(new Set(names()).size).toBe(1000)
})

it('loads nothing of the application into the thread that delivers at the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'turnspan-preloaded-'))
  try {
    const log = join(folder, 'threads')
    const preload = pathToFileURL(app.program('preloaded.mjs')).href
    await runToEnd(app, 'end.mjs', {
      args: ['exit 0'],
      env: { ...env, NODE_OPTIONS: `--import=${preload}`, PRELOADED_LOG: log },
    })
    expect(names()).toEqual(['work'])
    expect(await readFile(log, 'utf8')).toBe('0\n')
  } finally {
    await rm(folder, { recursive: true })
  }
})

it("says that an exporter of the application's own has no time at process.exit", async () => {
  const ended = await runToEnd(app, 'exporter.mjs', {})
  expect(ended).toMatchObject({ code: 0, stdout: '' })
  expect(ended.stderr).toMatch(/1 span was not delivered.*\[TS_EXIT_LOST\]/)
})

describe('an idle process', () => {
  // Well below the shortest timer or kept connection of ours.
  const AT_ONCE_MS = 400

  it('ends at once after an export over HTTP', async () => {
    const ended = await runToEnd(app, 'idle.mjs', { env })
    expect(names()).toEqual(['work'])
    expect(ended.stderr).toBe('')
    expect(Number(ended.stdout)).toBeLessThan(AT_ONCE_MS)
  })

  it('ends at once after an export over gRPC', async () => {
    await using server = await startOtlpGrpc()
    const ended = await runToEnd(app, 'idle.mjs', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: server.grpcUrl } })
    expect((await server.spans()).map(({ name }) => name)).toEqual(['work'])
    expect(ended.stderr).toBe('')
    expect(Number(ended.stdout)).toBeLessThan(AT_ONCE_MS)
  })

  it('ends at once where nothing is configured', async () => {
    const ended = await runToEnd(app, 'idle.mjs', {})
    expect(ended.stderr).toBe('')
    expect(Number(ended.stdout)).toBeLessThan(AT_ONCE_MS)
  })
})

it('leaves a signal to the application that handles it, also while the receiver is dead', async () => {
  await receiver.stop()
  const port = await freePort()
  const run = {
    args: ['stay', 'own cleanup'],
    signal: 'SIGHUP' as const,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      TURNSPAN_EXIT_TIMEOUT_MS: '500',
    },
  }
  const ended = await runToEnd(app, 'end.mjs', run)
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'ready\ncleaning up after SIGHUP\nclean\n' })
})
