import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'
import { ask, type Listening, type RawHeaders, startService, WAYS, type Way } from './w3c-service.ts'

// Every case of W3C's test harness for trace context (w3c/trace-context at acab820, test/test.py, strict), both levels,
// over real HTTP. Titles end with the name that the case has there.

const TRACE = '12345678901234567890123456789012'
const PARENT = '1234567890123456'
const SAMPLED = `00-${TRACE}-${PARENT}-01`
const UNSAMPLED = `00-${TRACE}-${PARENT}-00`
const OURS = /^root;s:[01]$/

let traces: CapturedTraces
let service: Listening
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => traces.stop())

interface Onward {
  readonly traceId: string
  readonly parentId: string
  readonly flags: number
  readonly members: readonly (readonly [string, string])[]
  /** Without ours. */
  readonly others: string
}

/** What goes on to the next service when these headers came in. */
async function onward(...headers: RawHeaders): Promise<Onward> {
  const [call = []] = await ask(service, headers)
  return read(call)
}

function read(call: RawHeaders): Onward {
  const named = (wanted: string): string[] =>
    call.filter(([name]) => name === wanted).map(([, value]) => value)
  expect(named('traceparent')).toHaveLength(1)
  const match = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(named('traceparent')[0] ?? '')
  const [, traceId = '', parentId = '', flags = ''] = match ?? []
  expect(traceId).toMatch(/[^0]/)
  expect(parentId).toMatch(/[^0]/)
  const text = named('tracestate').join(',')
  expect(text.length).toBeLessThanOrEqual(512)
  const members = text.split(',').map((member): [string, string] => {
    const at = member.indexOf('=')
    return [member.slice(0, at), member.slice(at + 1)]
  })
  // Ours is in front, once, for each call is made in a span of ours.
  expect(members[0]).toEqual(['turnspan', expect.stringMatching(OURS)])
  const others = members.filter(([key]) => key !== 'turnspan')
  expect(others).toHaveLength(members.length - 1)
  return {
    traceId,
    parentId,
    flags: Number.parseInt(flags, 16),
    members,
    others: others.map(([key, value]) => `${key}=${value}`).join(','),
  }
}

/** What goes on of a tracestate that came in one header or several. */
const othersOf = async (...tracestates: string[]): Promise<string> => {
  const headers = tracestates.map((text): [string, string] => ['tracestate', text])
  const { traceId, others } = await onward(['traceparent', UNSAMPLED], ...headers)
  expect(traceId).toBe(TRACE)
  return others
}

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
const VALUE = Array.from({ length: 0x5f }, (_, i) => String.fromCharCode(0x20 + i))
  .filter((letter) => letter !== ',' && letter !== '=')
  .join('')

describe.each(Object.keys(WAYS) as Way[])('level 1, by %s', (way) => {
  beforeAll(async () => {
    service = await startService(way)
  })
  afterAll(() => service.stop())

  it('begins a trace where nothing came (both_traceparent_and_tracestate_missing)', async () => {
    expect((await onward()).others).toBe('')
  })

  it('continues a trace with a span of its own (traceparent_included_tracestate_missing)', async () => {
    const { traceId, parentId } = await onward(['traceparent', SAMPLED])
    expect(traceId).toBe(TRACE)
    expect(parentId).not.toBe(PARENT)
  })

  it('begins a trace where two came (traceparent_duplicated)', async () => {
    const other = '12345678901234567890123456789011'
    const { traceId } = await onward(['traceparent', `00-${other}-${PARENT}-01`], ['traceparent', SAMPLED])
    expect([TRACE, other]).not.toContain(traceId)
  })

  it.each(['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'])(
    'reads the header whose name is written %s (traceparent_header_name_valid_casing)',
    async (name) => {
      expect((await onward([name, SAMPLED])).traceId).toBe(TRACE)
    },
  )

  it.each(['trace-parent', 'trace.parent'])(
    'takes no notice of a header named %s (traceparent_header_name)',
    async (name) => {
      expect((await onward([name, SAMPLED])).traceId).not.toBe(TRACE)
    },
  )

  it.each([`cc-${TRACE}-${PARENT}-01`, `cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`])(
    'continues the trace of a later version: %s (traceparent_version_0xcc)',
    async (traceparent) => {
      expect((await onward(['traceparent', traceparent])).traceId).toBe(TRACE)
    },
  )

  it.each([
    ['traceparent_version_0xcc', `cc-${TRACE}-${PARENT}-01.what-the-future-will-be-like`],
    ['traceparent_version_0x00', `${SAMPLED}.`],
    ['traceparent_version_0x00', `${SAMPLED}-what-the-future-will-be-like`],
    ['traceparent_version_0xff', `ff-${TRACE}-${PARENT}-01`],
    ['traceparent_version_illegal_characters', `.0-${TRACE}-${PARENT}-01`],
    ['traceparent_version_illegal_characters', `0.-${TRACE}-${PARENT}-01`],
    ['traceparent_version_too_long', `000-${TRACE}-${PARENT}-01`],
    ['traceparent_version_too_long', `0000-${TRACE}-${PARENT}-01`],
    ['traceparent_version_too_short', `0-${TRACE}-${PARENT}-01`],
    ['traceparent_trace_id_all_zero', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['traceparent_trace_id_illegal_characters', `00-.${TRACE.slice(1)}-${PARENT}-01`],
    ['traceparent_trace_id_illegal_characters', `00-${TRACE.slice(0, -1)}.-${PARENT}-01`],
    ['traceparent_trace_id_too_long', `00-${TRACE}3-${PARENT}-01`],
    ['traceparent_trace_id_too_short', `00-${TRACE.slice(0, -1)}-${PARENT}-01`],
    ['traceparent_parent_id_all_zero', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['traceparent_parent_id_illegal_characters', `00-${TRACE}-.${PARENT.slice(1)}-01`],
    ['traceparent_parent_id_illegal_characters', `00-${TRACE}-${PARENT.slice(0, -1)}.-01`],
    ['traceparent_parent_id_too_long', `00-${TRACE}-${PARENT}7-01`],
    ['traceparent_parent_id_too_short', `00-${TRACE}-${PARENT.slice(0, -1)}-01`],
    ['traceparent_trace_flags_illegal_characters', `00-${TRACE}-${PARENT}-.0`],
    ['traceparent_trace_flags_illegal_characters', `00-${TRACE}-${PARENT}-0.`],
    ['traceparent_trace_flags_too_long', `00-${TRACE}-${PARENT}-001`],
    ['traceparent_trace_flags_too_short', `00-${TRACE}-${PARENT}-1`],
  ])('begins a trace where the header is malformed (%s): %s', async (_, traceparent) => {
    const { traceId, others } = await onward(['traceparent', traceparent], ['tracestate', 'foo=1'])
    expect(traceId.slice(0, 30)).not.toBe(TRACE.slice(0, 30))
    expect(others).toBe('')
  })

  it.each([` ${SAMPLED}`, `\t${SAMPLED}`, `${SAMPLED} `, `${SAMPLED}\t`, `\t ${SAMPLED} \t`])(
    'takes no notice of blanks around it: %j (traceparent_ows_handling)',
    async (traceparent) => {
      expect((await onward(['traceparent', traceparent])).traceId).toBe(TRACE)
    },
  )

  it('leaves out a tracestate without a traceparent (tracestate_included_traceparent_missing)', async () => {
    expect((await onward(['tracestate', 'foo=1'])).others).toBe('')
    expect((await onward(['tracestate', 'foo=1,bar=2'])).others).toBe('')
  })

  it('carries on the tracestate of others (tracestate_included_traceparent_included)', async () => {
    expect(await othersOf('foo=1,bar=2')).toBe('foo=1,bar=2')
  })

  it.each(['trace-state', 'trace.state'])(
    'takes no notice of a state in a header named %s (tracestate_header_name)',
    async (name) => {
      expect((await onward(['traceparent', UNSAMPLED], [name, 'foo=1'])).others).toBe('')
    },
  )

  it.each(['TraceState', 'TrAcEsTaTe', 'TRACESTATE'])(
    'reads the state whose name is written %s (tracestate_header_name_valid_casing)',
    async (name) => {
      expect((await onward(['traceparent', UNSAMPLED], [name, 'foo=1'])).others).toBe('foo=1')
    },
  )

  it('takes an empty state for none, and one among others for nothing (tracestate_empty_header)', async () => {
    expect(await othersOf('')).toBe('')
    expect(await othersOf('foo=1', '')).toBe('foo=1')
    expect(await othersOf('', 'foo=1')).toBe('foo=1')
  })

  it('puts several headers together in their order (tracestate_multiple_headers_different_keys)', async () => {
    expect(await othersOf('foo=1,bar=2', 'rojo=1,congo=2', 'baz=3')).toBe('foo=1,bar=2,rojo=1,congo=2,baz=3')
  })

  it.each([[['foo=1,foo=1']], [['foo=1,foo=2']], [['foo=1', 'foo=1']], [['foo=1', 'foo=2']]])(
    'keeps the first of one key: %j (tracestate_duplicated_keys)',
    async (headers) => {
      expect(await othersOf(...headers)).toBe('foo=1')
    },
  )

  it.each([KEY, `${KEY}@a-z0-9_-*/`])(
    'carries on every character that is allowed: %s (tracestate_all_allowed_characters)',
    async (key) => {
      expect(await othersOf(`${key}=${VALUE}`)).toBe(`${key}=${VALUE}`)
    },
  )

  it.each([
    ['foo=1 \t , \t bar=2, \t baz=3', 'foo=1,bar=2,baz=3'],
    ['foo=1\t \t,\t \tbar=2,\t \tbaz=3', 'foo=1,bar=2,baz=3'],
    [' foo=1', 'foo=1'],
    ['\tfoo=1', 'foo=1'],
    ['foo=1 ', 'foo=1'],
    ['foo=1\t', 'foo=1'],
    ['\t foo=1 \t', 'foo=1'],
  ])('leaves out blanks around members: %j (tracestate_ows_handling)', async (text, expected) => {
    expect(await othersOf(text)).toBe(expected)
  })

  it.each(['foo =1', 'FOO=1', 'foo.bar=1'])(
    'drops a state with a key that is not allowed: %s (tracestate_key_illegal_characters)',
    async (text) => {
      expect(await othersOf(`${text},bar=2`)).toBe('')
    },
  )

  it.each([
    ['foo@=1,bar=2', 'foo@=1,bar=2'],
    ['@foo=1,bar=2', ''],
    ['foo@@bar=1,bar=2', 'foo@@bar=1,bar=2'],
    ['foo@bar@baz=1,bar=2', 'foo@bar@baz=1,bar=2'],
  ])('knows where an at sign may be: %s (tracestate_key_illegal_vendor_format)', async (text, expected) => {
    expect(await othersOf(text)).toBe(expected)
  })

  it('carries on 32 members with ours among them, and none of 33 (tracestate_member_count_limit)', async () => {
    const members = Array.from({ length: 33 }, (_, i) => `bar${String(i + 1).padStart(2, '0')}=${i + 1}`)
    const headers = [members.slice(0, 10), members.slice(10, 20), members.slice(20, 30)].map((ten) =>
      ten.join(','),
    )
    const { members: sent, others } = await onward(
      ['traceparent', UNSAMPLED],
      ...headers.map((text): [string, string] => ['tracestate', text]),
      ['tracestate', members.slice(30, 32).join(',')],
    )
    expect(sent).toHaveLength(32)
    expect(others).toBe(members.slice(0, 31).join(','))
    expect(await othersOf(...headers, members.slice(30).join(','))).toBe('')
  })

  it.each([
    ['z'.repeat(256), true],
    ['z'.repeat(257), false],
    [`${'t'.repeat(241)}@${'v'.repeat(14)}`, true],
    [`${'t'.repeat(242)}@v`, true],
    [`t@${'v'.repeat(15)}`, true],
  ])('knows how long a key may be: %s (tracestate_key_length_limit)', async (key, isCarriedOn) => {
    expect(await othersOf('foo=1', `${key}=1`)).toBe(isCarriedOn ? `foo=1,${key}=1` : '')
  })

  it.each(['foo=bar=baz', 'foo=,bar=3'])(
    'drops a state with a value that is not allowed: %s (tracestate_value_illegal_characters)',
    async (text) => {
      expect(await othersOf(text)).toBe('')
    },
  )

  it.each([
    ['multiple_requests_with_valid_traceparent', [['traceparent', SAMPLED]] as RawHeaders, true],
    ['multiple_requests_without_traceparent', [] as RawHeaders, false],
    [
      'multiple_requests_with_illegal_traceparent',
      [['traceparent', `00-${'0'.repeat(32)}-${PARENT}-01`]] as RawHeaders,
      false,
    ],
  ])('gives each call a span of its own (%s)', async (_, headers, isContinued) => {
    const calls = (await ask(service, headers, 3)).map(read)
    expect(new Set(calls.map(({ parentId }) => parentId)).size).toBe(3)
    for (const { traceId } of calls) expect(traceId === TRACE).toBe(isContinued)
  })
})

describe.each(Object.keys(WAYS) as Way[])('level 2, by %s', (way) => {
  beforeAll(async () => {
    service = await startService(way)
  })
  afterAll(() => service.stop())

  it.each(['02', '03'])(
    'hands on that the trace ID is random: %s (propagates_random_flag)',
    async (flags) => {
      const {
        traceId,
        parentId,
        flags: sent,
      } = await onward(['traceparent', `00-${TRACE}-${PARENT}-${flags}`])
      expect(traceId).toBe(TRACE)
      expect(parentId).not.toBe(PARENT)
      expect(sent & 2).toBe(2)
    },
  )

  it('moves ours to the front where it came from further above', async () => {
    expect(await othersOf('foo=1,turnspan=root;s:1,bar=2')).toBe('foo=1,bar=2')
  })

  it('leaves out whole members where all of it gets too long: long ones first, then the oldest', async () => {
    const long = `long=${'x'.repeat(200)}`
    const short = Array.from({ length: 6 }, (_, i) => `k${i}=${'y'.repeat(60)}`)
    expect(await othersOf(['a=1', long, ...short].join(','))).toBe(['a=1', ...short].join(','))
    const many = Array.from({ length: 12 }, (_, i) => `k${i}=${'y'.repeat(60)}`)
    expect(many.join(',').startsWith(await othersOf(many.join(',')))).toBe(true)
    expect((await othersOf(many.join(','))).split(',')).toHaveLength(7)
  })
})
