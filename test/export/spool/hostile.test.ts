import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { encodeHeader, VERSION } from '../../../src/export/spool/header.ts'
import { leaveBehind } from '../../../src/export/spool/leave.ts'
import { Spool } from '../../../src/export/spool/spool.ts'
import { onDiagnostic, resetDiagnosed } from '../../../src/runtime/diagnostics.ts'
import { realTime } from '../../../src/runtime/real-time.ts'
import { type SpoolFolder, spoolFolder } from './program.ts'
import { pushTo } from './push-to.ts'

const KEY = '0123456789abcdef'
const said: string[] = []
let folder: SpoolFolder
let spools: Spool<number>[] = []
let lost: string[] = []
onDiagnostic(({ code }) => said.push(code))

beforeEach(async () => {
  resetDiagnosed()
  said.length = 0
  lost = []
  folder = await spoolFolder()
})
afterEach(async () => {
  for (const spool of spools) spool.release()
  spools = []
  await folder[Symbol.asyncDispose]()
})

function open(more: { readonly maxAgeMs?: number; readonly segmentBytes?: number } = {}): Spool<number> {
  const spool = new Spool<number>({
    dir: folder.dir,
    maxBytes: 10 ** 9,
    key: KEY,
    target: 'a target',
    lost: (tickets, reason) => lost.push(...tickets.map(() => reason)),
    found: () => {},
    ...more,
  })
  spools.push(spool)
  return spool
}

const record = (text: string): Uint8Array => Buffer.from(text)
const leave = (texts: readonly string[]) =>
  leaveBehind(
    { dir: folder.dir, maxBytes: 10 ** 9, maxAgeMs: 10 ** 9, key: KEY, target: 'a target' },
    texts.map((text) => ({ record: record(text), traceInfo: undefined })),
  )

async function takeAll(spool: Spool<number>): Promise<string[]> {
  const found: string[] = []
  spool.adopt()
  while (spool.size > 0) {
    const taken = await spool.take(1_000_000, 100)
    found.push(...taken.map((stored) => Buffer.from(stored.record).toString()))
    spool.done(taken.map(({ place }) => place))
  }
  return found
}

test('where its folder is deleted, what was there is not taken for safe, and the next spans are', async () => {
  const spool = open()
  const before = pushTo(spool, record('before'))
  rmSync(folder.dir, { recursive: true })
  expect(before?.segment.isGone()).toBe(true)
  const after = pushTo(spool, record('after'))
  expect(after?.segment.isGone()).toBe(false)
  expect((await folder.segments()).length).toBe(1)
  spool.release()
  expect(await takeAll(open())).toEqual(['after'])
})

test('spans that were on disk only when their folder was deleted are counted as lost, and said', async () => {
  const spool = open()
  const place = pushTo(spool, record('a'))
  if (place !== undefined) spool.defer(place, 1)
  rmSync(folder.dir, { recursive: true })
  expect(await spool.take(1000, 10)).toEqual([])
  expect(lost).toEqual(['spool_damaged'])
  expect(said).toContain('TS_SPOOL_DAMAGED')
})

test('what this process wrote does not grow old by a clock that steps forward', async () => {
  const spool = open({ maxAgeMs: 3_600_000, segmentBytes: 100 })
  const places = Array.from({ length: 20 }, (_, i) => pushTo(spool, record(`span ${i} ${'x'.repeat(50)}`)))
  const now = realTime.epochMs()
  vi.spyOn(realTime, 'epochMs').mockReturnValue(now + 30 * 24 * 3_600_000)
  for (let i = 0; i < 5; i += 1) pushTo(spool, record(`later ${'x'.repeat(200)}`))
  expect(said).not.toContain('TS_SPOOL_DROPPED')
  expect(places.every((place) => place?.segment.isGone() === false)).toBe(true)
})

test('what another process left does', async () => {
  leave(['old'])
  const [path] = await folder.segments()
  utimesSync(path as string, new Date(0), new Date(0))
  const spool = open({ maxAgeMs: 3_600_000 })
  pushTo(spool, record('new'))
  expect(said).toContain('TS_SPOOL_DROPPED')
})

test('a file that is too long for a segment is not read, and said once', async () => {
  leave(['good'])
  const garbage = join(folder.dir, KEY, '0000-1-0-aaaaaaaaaaaa.0.seg')
  writeFileSync(garbage, encodeHeader({ version: VERSION, key: KEY, createdMs: 1 }))
  truncateSync(garbage, 400 * 1024 * 1024)
  const spool = open()
  expect(await takeAll(spool)).toEqual(['good'])
  spool.adopt()
  expect(said.filter((code) => code === 'TS_SPOOL_DAMAGED')).toHaveLength(1)
  expect(await folder.segments()).toEqual([garbage])
})

test('a link in the place of a segment is not followed', async () => {
  leave(['good'])
  const [path] = await folder.segments()
  const secret = join(folder.dir, 'secret')
  writeFileSync(secret, 'not yours')
  symlinkSync(secret, join(folder.dir, KEY, '0000-1-0-aaaaaaaaaaaa.0.seg'))
  expect(path).toBeDefined()
  expect(await takeAll(open())).toEqual(['good'])
})

test.runIf(process.getuid?.() === 0)('segments of another user are never taken over', async () => {
  const { chownSync } = await import('node:fs')
  leave(['planted'])
  const [path] = await folder.segments()
  chownSync(path as string, 65534, 65534)
  expect(await takeAll(open())).toEqual([])
  expect(await folder.segments()).toEqual([path])
})

test('what is left at the end is not taken over before it is whole', async () => {
  mkdirSync(join(folder.dir, KEY), { recursive: true })
  chmodSync(join(folder.dir, KEY), 0o700)
  writeFileSync(
    join(folder.dir, KEY, 'a-1-0-b.0.seg.new'),
    encodeHeader({ version: VERSION, key: KEY, createdMs: 1 }),
  )
  expect(await takeAll(open())).toEqual([])
  expect(leave(['a', 'b'])).toEqual({ kept: 2 })
  expect(await takeAll(open())).toEqual(['a', 'b'])
})

test('a folder in which everybody may write is refused, and said', async () => {
  leave(['planted'])
  chmodSync(join(folder.dir, KEY), 0o777)
  const spool = open()
  expect(await takeAll(spool)).toEqual([])
  expect(pushTo(spool, record('a'))).toBeUndefined()
  expect(said).toContain('TS_SPOOL_OFF')
  expect(leave(['b'])).toMatchObject({ kept: 0, error: expect.any(Error) })
})

test('so is one that was put in the place of ours while we ran', async () => {
  const spool = open({ segmentBytes: 100 })
  expect(pushTo(spool, record('x'.repeat(200)))).toBeDefined()
  renameSync(join(folder.dir, KEY), join(folder.dir, 'away'))
  mkdirSync(join(folder.dir, KEY))
  chmodSync(join(folder.dir, KEY), 0o777)
  expect(pushTo(spool, record('a'))).toBeUndefined()
  expect(said).toContain('TS_SPOOL_OFF')
})
