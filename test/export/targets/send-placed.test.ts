import { expect, test } from 'vitest'
import { sendParts } from '../../../src/export/queue/send-parts.ts'
import type { ExportResult } from '../../../src/export/statistics/export-result.ts'
import { type Placing, sendPlaced } from '../../../src/export/targets/send-placed.ts'
import type { TransportResult } from '../../../src/export/transport/sender.ts'

const ELSEWHERE: TransportResult = {
  outcome: 'refused',
  reason: 'HTTP 400',
  body: 'it is elsewhere',
  status: 400,
}
const TAKEN: TransportResult = { outcome: 'accepted' }

interface World {
  readonly placing: Placing
  readonly requests: string[]
  send(traceIds: readonly string[]): Promise<TransportResult | ExportResult>
}

/** A receiver with traces at the places of `stored`; nobody knows of them but the receiver. */
function world(
  stored: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>> = {},
): World {
  const known = new Map(Object.entries(expected))
  const requests: string[] = []
  const placing: Placing = {
    places: {
      any: () => known.size > 0,
      of: (id) => known.get(id),
      expect: () => {},
      doubt: (ids) => ids.filter((id) => known.delete(id)).length > 0,
    },
    settlePlaces: async () => {},
    saysElsewhere: (body) => body.includes('elsewhere'),
    async locate(ids) {
      const news = ids.filter((id) => stored[id] !== undefined && known.get(id) !== stored[id])
      for (const id of news) known.set(id, stored[id] as string)
      return news.length > 0
    },
  }
  const send = (traceIds: readonly string[]): Promise<TransportResult | ExportResult> =>
    sendPlaced(
      () => traceIds,
      () => placing,
      async (place) => {
        requests.push(`${place ?? 'here'}: ${traceIds.join(' ')}`)
        if (place === 'nowhere') return { outcome: 'hold', reason: 'HTTP 404' }
        return traceIds.every((id) => (stored[id] ?? 'here') === (place ?? 'here')) ? TAKEN : ELSEWHERE
      },
    )
  return { placing, requests, send }
}

test('spans of one trace are sent again to where the receiver has it', async () => {
  const { send, requests } = world({ a: '1' })
  expect(await send(['a', 'a'])).toEqual(TAKEN)
  expect(await send(['a'])).toEqual(TAKEN)
  expect(requests).toEqual(['here: a a', '1: a a', '1: a'])
})

test('spans of several places come back as mixed, by place', async () => {
  const { send } = world({ a: '1', c: '2' })
  expect(await send(['a', 'b', 'c', 'a'])).toEqual({ kind: 'mixed', parts: [[0, 3], [1], [2]] })
})

test('a place that was only expected is given up when the receiver refuses it', async () => {
  const { send, requests } = world({}, { a: 'nowhere' })
  expect(await send(['a'])).toEqual(TAKEN)
  expect(requests).toEqual(['nowhere: a', 'here: a'])
})

test('what is refused for another reason is refused once', async () => {
  const { placing } = world({})
  const refusal: TransportResult = { outcome: 'refused', reason: 'HTTP 400', body: 'no', status: 400 }
  let requests = 0
  const sent = await sendPlaced(
    () => ['a'],
    () => placing,
    async () => {
      requests += 1
      return refusal
    },
  )
  expect([sent, requests]).toEqual([refusal, 1])
})

test('parts of a mixed batch are sent one after the other, and each span is settled once', async () => {
  const settled: string[] = []
  const later = await sendParts(['x1', 'y1', 'x2', 'z1'], {
    async send(items) {
      const kinds = [...new Set(items.map((item) => item[0]))]
      if (kinds.length === 1) return { kind: 'accepted' }
      const parts = kinds.map((kind) => [...items.keys()].filter((index) => items[index]?.[0] === kind))
      return { kind: 'mixed', parts }
    },
    accepted: (items) => settled.push(items.join(' ')),
    rejected: () => expect.unreachable(),
  })
  expect(later).toBeUndefined()
  expect(settled).toEqual(['x1 x2', 'y1', 'z1'])
})
