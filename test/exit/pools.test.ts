import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { fixtureApp } from '../support/integrations.ts'
import { freePort } from '../support/server-process.ts'
import { type Ending, ending, endsUntraced, runToEnd } from './program.ts'

const folder = fileURLToPath(new URL('./pools', import.meta.url))

let app: BuiltApp
let receiver: OtlpHttpCollector
let env: Record<string, string>

beforeAll(async () => {
  app = await fixtureApp(folder, join(folder, 'programs'))
}, 600_000)
afterAll(() => app?.remove())
beforeEach(async () => {
  receiver = await startOtlpHttp()
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
  return () => receiver.stop()
})

const TASKS = [1, 2, 3, 4]

/** What the end looks like, without the call that Node 20 adds to stacks where anything follows asynchronous work. */
const seen = (ended: Ending): Ending => ({
  ...ending(ended),
  stderr: ended.stderr.replace(/^.*\bcallbackTrampoline\b.*\n/m, ''),
})

/** Each task has arrived as a trace of its own, whole. */
function expectTasks(): void {
  const spans = receiver.spans()
  expect(spans.map(({ name }) => name).sort()).toEqual(
    TASKS.flatMap((n) => [`agent:agent ${n}`, `tool:tool ${n}`]).sort(),
  )
  for (const n of TASKS) {
    const agent = spans.find(({ name }) => name === `agent:agent ${n}`)
    const tool = spans.find(({ name }) => name === `tool:tool ${n}`)
    expect(tool).toMatchObject({ traceId: agent?.traceId, parentSpanId: agent?.spanId })
    expect(JSON.stringify(agent?.attributes)).toContain(`question ${n}`)
  }
}

describe('a pool of Piscina whose main thread traces as well', () => {
  it.each(['natural', 'later', 'destroy', 'close', 'idle timeout', 'exit', 'throw'])(
    'has delivered at its end, and ends as it does untraced: %s',
    async (way) => {
      const run = { args: [way], env }
      const ended = await runToEnd(app, 'pool.mjs', run)
      expect(ending(ended)).toEqual(await endsUntraced(app, 'pool.mjs', run))
      expectTasks()
    },
  )

  it('has delivered at SIGTERM, and ends by it', async () => {
    const run = { args: ['stay'], env, signal: 'SIGTERM' as const }
    const ended = await runToEnd(app, 'pool.mjs', run)
    expect(ending(ended)).toEqual(await endsUntraced(app, 'pool.mjs', run))
    expectTasks()
  })

  it('sends while its threads stand still between tasks', async () => {
    const running = runToEnd(app, 'pool.mjs', { args: ['stay'], env, timeoutMs: 6000 })
    await running
    expectTasks()
  })

  it('tells a thread that flushes how its spans have fared', async () => {
    const { stdout, stderr } = await runToEnd(app, 'pool.mjs', { args: ['flush'], env })
    expect(stderr).toBe('')
    // Two spans a task: what a thread has sent by each of its tasks, in whatever order they came.
    const sent = stdout.trim().split(',').map(Number)
    expect(sent).toHaveLength(TASKS.length)
    expect(sent.every((count) => count >= 2 && count % 2 === 0)).toBe(true)
    expectTasks()
  })

  it('is sent by a flush of the main thread', async () => {
    const run = { args: ['flush of the main thread'], env, timeoutMs: 6000 }
    await runToEnd(app, 'pool.mjs', run)
    expectTasks()
  })

  it('leaves what a receiver that is down does not take to the next start, and says so once', async () => {
    const home = await mkdtemp(join(tmpdir(), 'turnspan-pool-'))
    try {
      const port = await freePort()
      const dead = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, XDG_STATE_HOME: home }
      const { code, stderr } = await runToEnd(app, 'pool.mjs', {
        args: ['exit'],
        env: { ...dead, TURNSPAN_EXIT_TIMEOUT_MS: '300' },
      })
      expect(code).toBe(3)
      expect(stderr).toMatch(/^turnspan warn: 8 spans were not delivered.*\[TS_EXIT_SPOOLED\]\n$/)
      await using next = await startOtlpHttp({ port })
      await runToEnd(app, 'by-hand.mjs', { args: ['terminate'], env: dead })
      expect(next.spans()).toHaveLength(9)
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })
})

describe('threads by hand', () => {
  it.each(['terminate', 'unref', 'exit', 'throw'])(
    'have their spans delivered, and end as untraced: %s',
    async (way) => {
      const run = { args: [way], env }
      const ended = await runToEnd(app, 'by-hand.mjs', run)
      expect(seen(ended)).toEqual(seen(await endsUntraced(app, 'by-hand.mjs', run)))
      expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    },
  )

  it('deliver by themselves below another worker, which the main thread does not know', async () => {
    const run = { args: ['nested'], env }
    const ended = await runToEnd(app, 'by-hand.mjs', run)
    expect(ending(ended)).toEqual(await endsUntraced(app, 'by-hand.mjs', run))
    expect(
      receiver
        .spans()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['inner', 'work'])
  })

  it('say that the console and exporters of the application work in their own thread only', async () => {
    const { code, stderr } = await runToEnd(app, 'by-hand.mjs', { args: ['console'] })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^turnspan warn: .*await flushTraces\(\).*\[TS_WORKER_ALONE\]$/m)
  })

  it('hold no more of what they have given away than of what waits', async () => {
    await receiver.stop()
    const { stdout, stderr } = await runToEnd(app, 'full.mjs', {
      env: { ...env, TURNSPAN_EXIT_TIMEOUT_MS: '100', TURNSPAN_SPOOL: 'false' },
    })
    const { queued, dropped } = JSON.parse(stdout) as { queued: number; dropped: Record<string, number> }
    expect(queued).toBeGreaterThan(5)
    expect(queued).toBeLessThan(25)
    expect(dropped).toEqual({ queue_full: 100 - queued })
    // By the thread that gave them, and by the one that has them.
    expect(new Set(stderr.match(/\[TS_\w+\]/g))).toEqual(new Set(['[TS_QUEUE_FULL]', '[TS_EXIT_LOST]']))
  })
})

describe('a pool whose main thread does not trace', () => {
  it('says in each of its threads that spans are lost when it is terminated, and what to do', async () => {
    const { code, stderr } = await runToEnd(app, 'pool.mjs', { args: ['destroy', 'alone'], env })
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^(?:turnspan warn: .*Call init\(\) in the main thread.*\[TS_WORKER_ALONE\]\n){1,2}$/,
    )
  })

  it('needs no word where NODE_OPTIONS starts tracing in all threads', async () => {
    const { stderr } = await runToEnd(app, 'pool.mjs', {
      args: ['destroy', 'alone'],
      env: { ...env, NODE_OPTIONS: '--import=turnspan/register' },
    })
    expect(stderr).toBe('')
    expectTasks()
  })

  it('keeps what it has on disk where there is a spool', async () => {
    const home = await mkdtemp(join(tmpdir(), 'turnspan-pool-'))
    try {
      const spooling = { ...env, TURNSPAN_SPOOL: home }
      const { stderr } = await runToEnd(app, 'pool.mjs', { args: ['destroy', 'alone'], env: spooling })
      expect(stderr).toBe('')
      await runToEnd(app, 'by-hand.mjs', { args: ['terminate'], env: spooling })
      const names = new Set(receiver.spans().map(({ name }) => name))
      for (const n of TASKS) expect(names).toContain(`agent:agent ${n}`)
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })
})
