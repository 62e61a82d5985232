import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sendParts } from '../../../src/export/queue/send-parts.ts'
import { ACCEPTED, type ExportResult } from '../../../src/export/statistics/export-result.ts'

/** A receiver that answers by what it is sent, and what became of each item. */
function play(answer: (items: readonly number[], request: number) => ExportResult) {
  const accepted: number[] = []
  const rejected: number[] = []
  const requests: (readonly number[])[] = []
  let partly = 0
  return {
    accepted,
    rejected,
    requests,
    partly: () => partly,
    work: {
      send: async (items: readonly number[]) => {
        requests.push(items)
        return answer(items, requests.length - 1)
      },
      accepted(items: readonly number[], rejectedSpans: number) {
        accepted.push(...items)
        partly += rejectedSpans
      },
      rejected: (item: number) => void rejected.push(item),
    },
  }
}
const ascending = (items: readonly number[]): number[] => [...items].sort((a, b) => a - b)
const batchOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const REFUSED: ExportResult = { kind: 'refused', reason: 'bad' }
const FAULT: ExportResult = { kind: 'refused', reason: 'oops', serverFault: true }
const LATER: ExportResult = { kind: 'retry', reason: 'busy' }

test('a batch that is accepted is one request', async () => {
  const { work, accepted, requests } = play(() => ACCEPTED)
  expect(await sendParts(batchOf(512), work)).toBeUndefined()
  expect(requests).toHaveLength(1)
  expect(accepted).toEqual(batchOf(512))
})

test('a batch that must wait comes back whole', async () => {
  const { work, accepted } = play(() => LATER)
  expect(await sendParts(batchOf(5), work)).toEqual({ rest: batchOf(5), answer: LATER })
  expect(accepted).toEqual([])
})

test.each([
  ['is refused for what it is', REFUSED],
  ['makes the receiver fail', FAULT],
])('a span that %s is found, tried once more and rejected alone', async (_, refusal) => {
  for (const poison of [0, 1, 255, 256, 511]) {
    const { work, accepted, rejected, requests } = play((items) =>
      items.includes(poison) ? refusal : ACCEPTED,
    )
    expect(await sendParts(batchOf(512), work)).toBeUndefined()
    expect(rejected).toEqual([poison])
    expect(ascending(accepted)).toEqual(batchOf(512).filter((item) => item !== poison))
    expect(requests.filter((items) => items.length === 1 && items[0] === poison)).toHaveLength(2)
    expect(requests.length).toBeLessThan(25)
  }
})

test('a span that is accepted when it is tried once more is not rejected', async () => {
  const { work, accepted, rejected } = play((_, request) => (request < 2 ? REFUSED : ACCEPTED))
  await sendParts(batchOf(2), work)
  expect(rejected).toEqual([])
  expect(ascending(accepted)).toEqual([0, 1])
})

test('a receiver that is broken for all gets a dozen requests, and every span waits', async () => {
  const { work, accepted, rejected, requests } = play(() => FAULT)
  const later = await sendParts(batchOf(512), work)
  expect(later?.answer).toEqual({ kind: 'retry', slow: true, reason: 'oops' })
  expect(ascending(later?.rest ?? [])).toEqual(batchOf(512))
  expect([accepted, rejected]).toEqual([[], []])
  expect(requests.length).toBeLessThanOrEqual(12)
})

test('a single span waits where a receiver is broken, since it may not be the reason', async () => {
  const { work, rejected } = play(() => FAULT)
  expect(await sendParts([7], work)).toMatchObject({ rest: [7], answer: { slow: true } })
  expect(rejected).toEqual([])
})

test('a receiver that breaks in between loses no span', async () => {
  // Which other span shows whether it takes any is chosen at random.
  for (let run = 0; run < 1000; run += 1) {
    const healthy = run % 25
    const { work, accepted, rejected } = play((items, request) =>
      items.includes(100) || request >= healthy ? FAULT : ACCEPTED,
    )
    const later = await sendParts(batchOf(128), work)
    expect(rejected.filter((item) => item !== 100)).toEqual([])
    expect(ascending([...accepted, ...rejected, ...(later?.rest ?? [])])).toEqual(batchOf(128))
  }
})

describe('a span that is too large', () => {
  const limit = 10
  const tooLarge: ExportResult = { kind: 'refused', reason: 'too large', tooLarge: true }
  const byBytes = (items: readonly number[]): ExportResult =>
    items.reduce((sum, bytes) => sum + bytes, 0) > limit ? tooLarge : ACCEPTED

  test('is cut until it fits, and the others go in smaller requests', async () => {
    const { work, accepted, rejected } = play(byBytes)
    const smaller = async (bytes: number): Promise<number | undefined> =>
      bytes > 1 ? Math.floor(bytes / 2) : undefined
    expect(await sendParts([4, 5, 80, 6], { ...work, smaller })).toBeUndefined()
    expect(rejected).toEqual([])
    expect(accepted).toEqual([4, 5, 10, 6])
  })

  test('is rejected at once where it cannot be cut', async () => {
    const { work, accepted, rejected, requests } = play(byBytes)
    await sendParts([80, 6], work)
    expect([rejected, accepted]).toEqual([[80], [6]])
    expect(requests.filter(([only, more]) => only === 80 && more === undefined)).toHaveLength(1)
  })
})

test('so many as the receiver says count as rejected of a part, and never more than it has', async () => {
  const { work, partly } = play(() => ({ kind: 'accepted', rejectedSpans: 99 }))
  await sendParts(batchOf(40), work)
  expect(partly()).toBe(40)
})

test('whatever the receiver answers, every span is settled once or given back once', async () => {
  const answer = fc.constantFrom<ExportResult>(ACCEPTED, REFUSED, FAULT, LATER)
  await fc.assert(
    fc.asyncProperty(fc.nat(40), fc.infiniteStream(answer), async (count, answers) => {
      const { work, accepted, rejected } = play(() => answers.next().value)
      const later = await sendParts(batchOf(count), work)
      expect(ascending([...accepted, ...rejected, ...(later?.rest ?? [])])).toEqual(batchOf(count))
    }),
    { numRuns: 500 },
  )
})
