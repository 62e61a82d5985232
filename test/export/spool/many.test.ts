import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { leaveBehind } from '../../../src/export/spool/leave.ts'
import { Spool, type SpoolOptions } from '../../../src/export/spool/spool.ts'
import { onDiagnostic, resetDiagnosed } from '../../../src/runtime/diagnostics.ts'
import { until } from '../../support/until.ts'
import { type SpoolFolder, spoolFolder } from './program.ts'
import { pushTo } from './push-to.ts'
import { countSyncCalls, type SyncCalls } from './sync-calls.ts'

const KEY = '0123456789abcdef'
const OTHER_KEY = 'fedcba9876543210'
const MANY = 10_000
/** What the event loop may be held up by at once: some milliseconds. */
const MOST_IN_A_TURN = 1000

let folder: SpoolFolder
let spools: Spool<string>[] = []
let lost: (string | undefined)[] = []
let calls: SyncCalls | undefined
let dropped: { readonly bytes: number; readonly reason: string }[] = []
let stop = (): void => {}
let stderr = (): string => ''
beforeEach(async () => {
  resetDiagnosed()
  folder = await spoolFolder()
  lost = []
  dropped = []
  stop = onDiagnostic(({ code, data }) => {
    if (code === 'TS_SPOOL_DROPPED') dropped.push(data as { bytes: number; reason: string })
  })
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  stderr = () => write.mock.calls.join('')
})
afterEach(async () => {
  calls?.stop()
  for (const spool of spools) spool.release()
  spools = []
  stop()
  await folder[Symbol.asyncDispose]()
})

function open(more: Partial<SpoolOptions<string>> = {}): Spool<string> {
  const spool = new Spool<string>({
    dir: folder.dir,
    maxBytes: 10 ** 9,
    key: KEY,
    target: 'a target',
    lost: (tickets) => lost.push(...tickets),
    found: () => {},
    ...more,
  })
  spools.push(spool)
  return spool
}

/** As that many processes leave them that are gone: a segment each, with one span. @returns the paths of the segments */
async function leaveMany(key = KEY, count = MANY): Promise<string[]> {
  const record = Buffer.from('left')
  leaveBehind({ dir: folder.dir, maxBytes: 10 ** 9, maxAgeMs: 10 ** 9, key, target: 'a target' }, [
    { record, traceInfo: undefined },
  ])
  const [first = ''] = (await folder.segments()).filter((path) => path.includes(key))
  const bytes = readFileSync(first)
  const paths = Array.from({ length: count }, (_, i) =>
    join(folder.dir, key, `0-${String(i).padStart(6, '0')}-0-aaaaaaaaaaaa.0.seg`),
  )
  for (const path of paths) writeFileSync(path, bytes)
  rmSync(first)
  return paths
}

/** Owners that are gone, without anything of theirs. */
function leaveOwners(count: number): void {
  const gone = JSON.stringify({ pid: 2 ** 22 + 7, space: 'elsewhere', bootMs: 0 })
  const old = new Date(Date.now() - 24 * 3_600_000)
  mkdirSync(join(folder.dir, KEY), { recursive: true })
  for (let i = 0; i < count; i += 1) {
    const path = join(folder.dir, KEY, `0-${i}-0-aaaaaaaaaaaa.owner`)
    writeFileSync(path, gone)
    utimesSync(path, old, old)
  }
}

async function heldBytes(): Promise<number> {
  // What is deleted meanwhile is no bytes.
  const sizes = (await folder.segments()).map((path) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Opens a spool, writes to it, and waits until it has looked at all that others have left. */
async function openAndLook(count: number, more: Partial<SpoolOptions<string>> = {}): Promise<Spool<string>> {
  calls = countSyncCalls()
  const spool = open(more)
  expect(pushTo(spool, Buffer.from('a'))).toBeDefined()
  await until(() => ((calls?.count('lstatSync') ?? 0) >= count ? true : undefined), { what: 'a look at all' })
  return spool
}

test('ten thousand leftover segments are taken over a few at a time, and all of them', {
  timeout: 60_000,
}, async () => {
  await leaveMany()
  calls = countSyncCalls()
  const spool = open()
  spool.adopt()
  expect(spool.size).toBeLessThanOrEqual(64)
  let taken = 0
  while (spool.size > 0) {
    const some = await spool.take(1_000_000, 100)
    taken += some.length
    spool.done(some.map(({ place }) => place))
  }
  expect(taken).toBe(MANY)
  expect(calls.mostInATurn()).toBeLessThan(MOST_IN_A_TURN)
  // The folder is not listed anew for each few of them, nor each file looked at again and again.
  expect(calls.count('readdirSync')).toBeLessThan(20)
  expect(calls.count()).toBeLessThan(MANY * 20)
  expect(await folder.segments()).toEqual([])
})

test('what owners leave beside segments is swept away a little at a time', { timeout: 60_000 }, async () => {
  leaveOwners(3000)
  calls = countSyncCalls()
  open().adopt()
  await until(async () => ((await folder.files()).length === 0 ? true : undefined), {
    what: 'the files of owners that are gone to go',
    timeoutMs: 30_000,
  })
  expect(calls.mostInATurn()).toBeLessThan(MOST_IN_A_TURN)
  expect(calls.count('readdirSync')).toBeLessThan(10)
})

test('the first span does not wait for a look at ten thousand segments', { timeout: 60_000 }, async () => {
  await leaveMany(OTHER_KEY)
  await openAndLook(MANY)
  expect(calls?.mostInATurn()).toBeLessThan(MOST_IN_A_TURN)
})

test('a new segment costs no look at all the others', { timeout: 60_000 }, async () => {
  const { length } = await leaveMany(OTHER_KEY, 3000)
  const spool = await openAndLook(length, { segmentBytes: 100 })
  calls?.stop()
  calls = countSyncCalls()
  const places = Array.from({ length: 500 }, () => pushTo(spool, Buffer.alloc(100)))
  expect(new Set(places.map((place) => place?.segment)).size).toBe(500)
  expect(calls.count('readdirSync')).toBe(0)
  expect(calls.count('statSync', 'lstatSync', 'existsSync')).toBeLessThan(1000)
})

test('thousands that are too old go a few at a time, and that is one line', { timeout: 60_000 }, async () => {
  const paths = await leaveMany(OTHER_KEY, 3000)
  const old = new Date(Date.now() - 8 * 24 * 3_600_000)
  for (const path of paths) utimesSync(path, old, old)
  const bytes = await heldBytes()
  calls = countSyncCalls()
  pushTo(open(), Buffer.from('a'))
  await until(async () => ((await folder.segments()).length === 1 ? true : undefined), {
    what: 'old segments to be deleted',
  })
  expect(calls.mostInATurn()).toBeLessThan(MOST_IN_A_TURN)
  expect(dropped.every(({ reason }) => reason === 'spool_expired')).toBe(true)
  expect(dropped.reduce((sum, one) => sum + one.bytes, 0)).toBe(bytes)
  expect(stderr().match(/TS_SPOOL_DROPPED/g)).toHaveLength(1)
})

test('thousands make room, the oldest first, and none of them that is younger than one that stays', {
  timeout: 60_000,
}, async () => {
  const paths = await leaveMany(OTHER_KEY, 3000)
  for (const [index, path] of paths.entries()) {
    const written = new Date(Date.now() - 1_000_000 + index * 100)
    utimesSync(path, written, written)
  }
  const bytes = await heldBytes()
  const spool = await openAndLook(paths.length, { maxBytes: bytes, segmentBytes: bytes / 4 })
  spool.defer(pushTo(spool, Buffer.alloc(100)) ?? expect.unreachable(), 'mine')
  await until(async () => ((await heldBytes()) <= (bytes * 3) / 4 + 200 ? true : undefined), {
    what: 'room for a segment',
  })
  expect(calls?.mostInATurn()).toBeLessThan(MOST_IN_A_TURN)
  const left = new Set(await folder.segments())
  const stayed = paths.map((path) => left.has(path))
  const gone = stayed.indexOf(true)
  expect(gone).toBeGreaterThan(700)
  expect(gone).toBeLessThan(800)
  expect(stayed.lastIndexOf(false)).toBe(gone - 1)
  expect(lost).toEqual([])
  expect(stderr().match(/TS_SPOOL_DROPPED/g)).toHaveLength(1)
})

test('several spools that write at once stay within the bound together', async () => {
  const maxBytes = 400_000
  const several = [KEY, OTHER_KEY, 'a'.repeat(16)].map((key) => open({ key, maxBytes, segmentBytes: 10_000 }))
  let most = 0
  for (let i = 0; i < 300; i += 1) {
    for (const spool of several) pushTo(spool, Buffer.alloc(2000))
    if (i % 10 === 0) most = Math.max(most, await heldBytes())
  }
  expect(most).toBeGreaterThan(maxBytes / 2)
  expect(most).toBeLessThanOrEqual(maxBytes)
})
