import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { encodeHeader } from '../../../src/export/spool/header.ts'
import { type Place, Spool, type SpoolOptions } from '../../../src/export/spool/spool.ts'
import { onDiagnostic, resetDiagnosed } from '../../../src/runtime/diagnostics.ts'
import { useFakeTimers } from '../../support/fake-timers.ts'
import { type SpoolFolder, spoolFolder } from './program.ts'
import { pushTo } from './push-to.ts'

const KEY = '0123456789abcdef'

let folder: SpoolFolder
let opened: Spool<string>[] = []
let codes: string[] = []
let lost: [string | undefined, string][] = []
let stop = (): void => {}

beforeEach(async () => {
  folder = await spoolFolder()
  resetDiagnosed()
  codes = []
  lost = []
  opened = []
  stop = onDiagnostic(({ code }) => codes.push(code))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  for (const spool of opened) spool.release()
  stop()
  await folder[Symbol.asyncDispose]()
})

function open(given: Partial<SpoolOptions<string>> = {}): Spool<string> {
  const spool = new Spool<string>({
    dir: folder.dir,
    maxBytes: 1_000_000,
    key: KEY,
    target: 'http://receiver',
    lost: (tickets, reason) =>
      lost.push(...tickets.map((ticket): [string | undefined, string] => [ticket, reason])),
    found: () => {},
    ...given,
  })
  opened.push(spool)
  return spool
}

const put = (spool: Spool<string>, text: string, completion?: string): Place => {
  const place = pushTo(
    spool,
    Buffer.from(text),
    completion === undefined ? undefined : Buffer.from(completion),
  )
  if (place === undefined) throw new Error(`"${text}" was not written`)
  return place
}
const texts = async (spool: Spool<string>): Promise<string[]> =>
  (await spool.take(1_000_000, 1000)).map(({ record }) => Buffer.from(record).toString())

/** What the next process finds. */
async function left(): Promise<string[]> {
  const next = open()
  next.adopt()
  const found: string[] = []
  for (let some = await texts(next); some.length > 0; some = await texts(next)) found.push(...some)
  return found
}

/** The spool as a process leaves it that dies: its files, and the name of a process that is gone. */
function die(spool: Spool<string>): void {
  spool.release()
}

describe('what one process leaves', () => {
  test('is found by the next one in the order in which it was written', async () => {
    const spool = open()
    for (const text of ['a', 'b', 'c']) put(spool, text)
    die(spool)
    expect(await left()).toEqual(['a', 'b', 'c'])
  })

  test('is without what was delivered', async () => {
    const spool = open()
    const places = ['a', 'b', 'c', 'd'].map((text) => put(spool, text))
    spool.done(places.filter((_, index) => index !== 2))
    die(spool)
    expect(await left()).toEqual(['c'])
  })

  test('has trace data with the span that it follows', async () => {
    const spool = open()
    put(spool, 'root', '{"traceId":"1"}')
    put(spool, 'other')
    die(spool)
    const next = open()
    next.adopt()
    const found = await next.take(1000, 10)
    expect(
      found.map(({ traceInfo: completion }) => completion && Buffer.from(completion).toString()),
    ).toEqual(['{"traceId":"1"}', undefined])
  })

  test('is sent by one of two that look at the same time', async () => {
    const spool = open({ segmentBytes: 60 })
    for (let i = 0; i < 20; i += 1) put(spool, `span ${i}`)
    die(spool)
    const [one, two] = [open(), open()]
    one.adopt()
    two.adopt()
    const found = [...(await texts(one)), ...(await texts(two))]
    for (const each of [one, two]) {
      for (let some = await texts(each); some.length > 0; some = await texts(each)) found.push(...some)
    }
    expect(found.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `span ${i}`).sort())
  })

  test('stays where it is while its owner lives', async () => {
    const spool = open()
    put(spool, 'a')
    expect(await left()).toEqual([])
    expect((await folder.segments()).length).toBe(1)
  })

  test('and does not deliver either is found by the one after', async () => {
    const spool = open()
    const places = ['a', 'b', 'c'].map((text) => put(spool, text))
    spool.done(places.slice(0, 1))
    die(spool)
    const second = open()
    second.adopt()
    const [b] = await second.take(1000, 10)
    second.done(b === undefined ? [] : [b.place])
    die(second)
    expect(await left()).toEqual(['c'])
  })

  test('is torn in its last record, and the others are kept', async () => {
    const spool = open()
    for (const text of ['a', 'b']) put(spool, text)
    die(spool)
    appendFileSync((await folder.segments())[0] ?? '', Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 0xf8, 1]))
    expect(await left()).toEqual(['a', 'b'])
    expect(codes).toEqual([])
  })

  test('is damaged, and that is said', async () => {
    const spool = open()
    for (const text of ['aaaa', 'bbbb', 'cccc']) put(spool, text)
    die(spool)
    const [path = ''] = await folder.segments()
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('bbbb')] = 0
    writeFileSync(path, bytes)
    expect(await left()).toEqual(['aaaa', 'cccc'])
    expect(codes).toEqual(['TS_SPOOL_DAMAGED'])
  })

  test('has a damaged header, and its records are kept', async () => {
    const spool = open()
    put(spool, 'a')
    die(spool)
    const [path = ''] = await folder.segments()
    const bytes = readFileSync(path)
    bytes[3] = 0
    writeFileSync(path, bytes)
    expect(await left()).toEqual(['a'])
  })

  test('is of a version to come, and is left alone and said once', async () => {
    const path = join(folder.dir, KEY, 'someone-else.0.seg')
    mkdirSync(join(folder.dir, KEY), { recursive: true })
    writeFileSync(path, encodeHeader({ version: 9, key: KEY, createdMs: Date.now() }))
    expect(await left()).toEqual([])
    expect(await left()).toEqual([])
    expect(codes).toEqual(['TS_SPOOL_VERSION'])
    expect(await folder.segments()).toEqual([path])
  })

  test('for another target is not touched', async () => {
    const spool = open({ key: 'fedcba9876543210' })
    put(spool, 'a')
    die(spool)
    expect(await left()).toEqual([])
    expect((await folder.segments()).length).toBe(1)
  })
})

describe('files', () => {
  test('are for the user alone', async () => {
    const before = process.umask(0)
    try {
      const spool = open()
      spool.done([put(spool, 'a'), put(spool, 'b')].slice(0, 1))
      spool.reject(Buffer.from('bad'), 'HTTP 400')
    } finally {
      process.umask(before)
    }
    const paths = await folder.files()
    expect(paths.length).toBe(5)
    for (const path of paths) expect(statSync(path).mode & 0o777, path).toBe(0o600)
    for (const path of ['', KEY, `${KEY}/rejected`]) {
      expect(statSync(join(folder.dir, path)).mode & 0o777, path).toBe(0o700)
    }
  })

  test('that others can read are closed to them', () => {
    const path = join(folder.dir, KEY)
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o755)
    put(open(), 'a')
    expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  test('are gone when all is delivered', async () => {
    const spool = open({ segmentBytes: 60 })
    const places = Array.from({ length: 20 }, (_, i) => put(spool, `span ${i}`))
    spool.done(places)
    expect(await folder.segments()).toEqual([])
    spool.release()
    expect(await folder.files()).toEqual([])
  })

  test('of a dead owner are swept away', async () => {
    const spool = open()
    put(spool, 'a')
    const [owner = ''] = (await folder.files()).filter((path) => path.endsWith('.owner'))
    const gone = JSON.stringify({ ...JSON.parse(readFileSync(owner, 'utf8')), pid: 2 ** 22 + 7 })
    const other = join(folder.dir, KEY, 'dead-one.owner')
    // Killed before it had the name of an owner's file.
    const begun = join(folder.dir, KEY, 'dead-two.owner.new')
    for (const path of [other, begun]) writeFileSync(path, gone)
    open().adopt()
    expect((await folder.files()).filter((path) => path.includes('.owner'))).toEqual([owner])
  })

  test('of an owner that just writes its name are not', async () => {
    const spool = open()
    put(spool, 'a')
    const [owner = ''] = (await folder.files()).filter((path) => path.endsWith('.owner'))
    const begun = ['one', 'two'].map((name) => join(folder.dir, KEY, `${name}.owner.new`))
    writeFileSync(begun[0] ?? '', readFileSync(owner))
    writeFileSync(begun[1] ?? '', '')
    open().adopt()
    expect(await folder.files()).toEqual(expect.arrayContaining(begun))
    const hourAgo = new Date(Date.now() - 3_600_000)
    utimesSync(begun[1] ?? '', hourAgo, hourAgo)
    open().adopt()
    expect((await folder.files()).filter((path) => path.endsWith('.new'))).toEqual(begun.slice(0, 1))
  })
})

describe('what is on disk only', () => {
  test('comes back in the order in which it left memory, with its ticket', async () => {
    const spool = open({ segmentBytes: 70 })
    const names = Array.from({ length: 12 }, (_, i) => `span ${i}`)
    for (const name of names) spool.defer(put(spool, name), `ticket of ${name}`)
    expect([spool.size, spool.own]).toEqual([12, 12])
    const found: [string, string | undefined][] = []
    for (let some = await spool.take(1000, 2); some.length > 0; some = await spool.take(1000, 2)) {
      expect(some.length).toBeLessThanOrEqual(2)
      found.push(
        ...some.map(({ record, tracker: ticket }): [string, string | undefined] => [
          Buffer.from(record).toString(),
          ticket,
        ]),
      )
    }
    expect(found).toEqual(names.map((name) => [name, `ticket of ${name}`]))
    expect([spool.size, spool.own]).toEqual([0, 0])
  })

  test('is without what stayed in memory in between', async () => {
    const spool = open()
    const places = ['a', 'b', 'c', 'd'].map((text) => put(spool, text))
    for (const [index, place] of places.entries()) if (index % 2 === 1) spool.defer(place, undefined)
    expect([...(await texts(spool)), ...(await texts(spool))]).toEqual(['b', 'd'])
  })

  test('is counted as lost where it was damaged', async () => {
    const spool = open()
    for (const text of ['aaaa', 'bbbb', 'cccc']) spool.defer(put(spool, text), `ticket ${text}`)
    const [path = ''] = await folder.segments()
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('bbbb')] = 0
    writeFileSync(path, bytes)
    expect(await texts(spool)).toEqual(['aaaa', 'cccc'])
    expect(lost).toEqual([['ticket bbbb', 'spool_damaged']])
  })

  test('is counted as lost where the files were deleted', async () => {
    const spool = open()
    for (const text of ['a', 'b']) spool.defer(put(spool, text), undefined)
    await folder[Symbol.asyncDispose]()
    expect(await texts(spool)).toEqual([])
    expect(lost).toEqual([
      [undefined, 'spool_damaged'],
      [undefined, 'spool_damaged'],
    ])
    expect(spool.size).toBe(0)
  })
})

describe('once a minute a spool', () => {
  beforeEach(() => void useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('finds what others have left since', async () => {
    const found = vi.fn<() => void>()
    const spool = open({ found })
    put(spool, 'own')
    const other = open()
    put(other, 'left')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(found).not.toHaveBeenCalled()
    die(other)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(found).toHaveBeenCalledTimes(1)
    vi.useRealTimers()
    expect(await texts(spool)).toEqual(['left'])
  })

  test('shows that it lives, to those who cannot see its process', async () => {
    const spool = open()
    put(spool, 'a')
    const [owner = ''] = (await folder.files()).filter((path) => path.endsWith('.owner'))
    const before = statSync(owner).mtimeMs
    await vi.advanceTimersByTimeAsync(120_000)
    expect(statSync(owner).mtimeMs - before).toBeGreaterThan(100_000)
  })

  test('sees that its folder was deleted, and begins anew', async () => {
    const spool = open()
    put(spool, 'a')
    await folder[Symbol.asyncDispose]()
    await vi.advanceTimersByTimeAsync(60_000)
    put(spool, 'b')
    expect((await folder.segments()).length).toBe(1)
    vi.useRealTimers()
    die(spool)
    expect(await left()).toEqual(['b'])
  })
})

describe('bounds', () => {
  const body = 'x'.repeat(1000)

  test('of size drop the oldest first, count them and say so', async () => {
    const spool = open({ maxBytes: 40_000, segmentBytes: 4000 })
    for (let i = 0; i < 60; i += 1) spool.defer(put(spool, `${i} ${body}`), String(i))
    const sizes = (await folder.segments()).map((path) => statSync(path).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(40_000)
    expect(lost.every(([, reason]) => reason === 'spool_full')).toBe(true)
    const dropped = lost.map(([ticket]) => Number(ticket))
    expect(dropped).toEqual(Array.from({ length: dropped.length }, (_, i) => i))
    expect(dropped.length).toBeGreaterThan(20)
    expect(spool.own).toBe(60 - dropped.length)
    expect(codes).toContain('TS_SPOOL_DROPPED')
  })

  test('drop what is just being read, which is no damage', async () => {
    const spool = open({ maxBytes: 20_000, segmentBytes: 2000 })
    for (const text of ['a', 'b', 'c']) spool.defer(put(spool, `${text} ${body}`), text)
    const reading = spool.take(1_000_000, 1000)
    for (let i = 0; i < 30; i += 1) put(spool, body)
    expect(await reading).toEqual([])
    expect(lost).toEqual([
      ['a', 'spool_full'],
      ['b', 'spool_full'],
      ['c', 'spool_full'],
    ])
    expect(new Set(codes)).toEqual(new Set(['TS_SPOOL_DROPPED']))
    expect([spool.size, spool.own]).toEqual([0, 0])
  })

  test('of size leave living processes alone', async () => {
    const other = open({ maxBytes: 10_000, segmentBytes: 2000 })
    for (let i = 0; i < 8; i += 1) put(other, body)
    const before = (await folder.segments()).length
    const spool = open({ maxBytes: 10_000, segmentBytes: 2000, retryMs: 0 })
    // Its own owner is this same process, but not this spool.
    expect(pushTo(spool, Buffer.from(body))).toBeUndefined()
    expect(codes).toEqual(['TS_SPOOL_OFF'])
    expect((await folder.segments()).length).toBe(before)
  })

  test('of age drop what nobody could deliver', async () => {
    const spool = open()
    put(spool, 'old')
    die(spool)
    const [path = ''] = await folder.segments()
    const weekAgo = new Date(Date.now() - 8 * 24 * 3_600_000)
    utimesSync(path, weekAgo, weekAgo)
    const next = open()
    put(next, 'new')
    expect(codes).toEqual(['TS_SPOOL_DROPPED'])
    die(next)
    expect(await left()).toEqual(['new'])
  })
})

test('a folder that cannot be made turns the spool off, which is said once', () => {
  writeFileSync(folder.dir, 'a file stands where the folder should be')
  const spool = open({ dir: join(folder.dir, 'below'), retryMs: 0 })
  expect(pushTo(spool, Buffer.from('a'))).toBeUndefined()
  expect(pushTo(spool, Buffer.from('b'))).toBeUndefined()
  expect(codes).toEqual(['TS_SPOOL_OFF'])
})

test('a spool that can be written again says so', () => {
  mkdirSync(folder.dir)
  writeFileSync(join(folder.dir, KEY), 'a file stands where the folder should be')
  const spool = open({ retryMs: 0 })
  expect(pushTo(spool, Buffer.from('a'))).toBeUndefined()
  unlinkSync(join(folder.dir, KEY))
  expect(pushTo(spool, Buffer.from('b'))).toBeDefined()
  expect(codes).toEqual(['TS_SPOOL_OFF', 'TS_SPOOL_ON'])
})

test('a refused span is kept with the answer, as a request that can be posted again', async () => {
  const spool = open()
  const path = spool.reject(Buffer.from([0x0a, 0x00]), 'HTTP 422: no') ?? ''
  expect(readFileSync(path)).toEqual(Buffer.from([0x0a, 0x00]))
  expect(JSON.parse(readFileSync(path.replace('.otlp', '.json'), 'utf8'))).toMatchObject({
    reason: 'HTTP 422: no',
    traceId: '',
    name: '',
  })
})
