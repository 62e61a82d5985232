import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as realSleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startOtlpHttp } from '../support/collector.ts'

type Turnspan = typeof import('../../src/index.ts')

const EVERYTHING = [
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
  ...['Date', 'performance', 'hrtime'],
] as Parameters<typeof vi.useFakeTimers>[0] extends { toFake?: infer T } | undefined ? T : never

const fake = (): void => void vi.useFakeTimers({ toFake: EVERYTHING })
const fresh = async (): Promise<Turnspan> => {
  vi.resetModules()
  return import('../../src/index.ts')
}

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each([
  ['after turnspan was loaded', true],
  ['before turnspan is loaded', false],
] as const)('timers and clocks that are faked %s', (_, loadedFirst) => {
  const load = async (): Promise<Turnspan> => {
    if (!loadedFirst) fake()
    const turnspan = await fresh()
    fake()
    return turnspan
  }

  test('hold up neither flushTraces, nor withFlush, nor shutdown', async () => {
    await using server = await startOtlpHttp()
    const { flushTraces, init, shutdown, withFlush, withSpan } = await load()
    init({ endpoint: server.url, protocol: 'http/protobuf', instrumentations: false })
    withSpan(() => 1, { name: 'one' })
    expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0 })
    expect(await withFlush(async () => withSpan(() => 2, { name: 'two' }))()).toBe(2)
    withSpan(() => 3, { name: 'three' })
    expect(await shutdown()).toMatchObject({ sent: 3, queued: 0 })
    expect(server.spans().map(({ name }) => name)).toEqual(['one', 'two', 'three'])
  })

  test('do not let them wait for longer than they may, where nothing answers', async () => {
    const { flushTraces, init, shutdown, withFlush, withSpan } = await load()
    init({ endpoint: 'http://127.0.0.1:9', protocol: 'http/protobuf', instrumentations: false })
    expect(await withFlush(async () => withSpan(() => 2, { name: 'two' }), { timeoutMs: 50 })()).toBe(2)
    expect(await flushTraces({ timeoutMs: 50 })).toMatchObject({ queued: 1 })
    expect(await shutdown({ timeoutMs: 50 })).toMatchObject({ dropped: { shutdown: 1 } })
  })

  test('do not keep a batch from being sent when its time has come', async () => {
    await using server = await startOtlpHttp()
    const { init, shutdown, withSpan } = await load()
    init({ endpoint: server.url, protocol: 'http/protobuf', instrumentations: false })
    withSpan(() => 1, { name: 'one' })
    while (server.spans().length === 0) await realSleep(10)
    await shutdown()
  })
})

describe('timers that are numbers, as on platforms without Node and in jsdom', () => {
  /** As if this were no Node: its own timers cannot be had. */
  const withoutNode = (): void => {
    const { getBuiltinModule } = process
    vi.spyOn(process, 'getBuiltinModule').mockImplementation((id: string) =>
      id === 'node:timers' ? (undefined as never) : getBuiltinModule(id),
    )
  }

  test.each([
    ['beside those of Node', () => undefined],
    ['alone', withoutNode],
  ])('do: %s', async (_, prepare) => {
    const timers = new Map<number, NodeJS.Timeout>()
    const start =
      (real: typeof setTimeout) =>
      (work: () => void, ms: number): number => {
        timers.set(timers.size + 1, real(work, ms))
        return timers.size
      }
    vi.stubGlobal('setTimeout', start(setTimeout))
    vi.stubGlobal('setInterval', start(setInterval as never))
    const clear = clearTimeout
    vi.stubGlobal('clearTimeout', (id: number) => clear(timers.get(id)))
    vi.stubGlobal('setImmediate', undefined)
    prepare()
    await using server = await startOtlpHttp({ answers: [503] })
    const { flushTraces, init, shutdown, withAgent } = await fresh()
    init({ endpoint: server.url, protocol: 'http/protobuf', instrumentations: false, watchdog: true })
    expect(await withAgent({ agent: 'a' }, async () => 1)).toBe(1)
    expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0 })
    await shutdown()
  })
})

test('no other module of src looks at the system clock by itself', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url))
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('real-time.ts'))
    .filter((name) => {
      const code = readFileSync(join(src, name), 'utf8').replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
      return /\bDate\.now\b|new Date\(\)|'node:timers|process\.hrtime/.test(code)
    })
  expect(found).toEqual([])
})
