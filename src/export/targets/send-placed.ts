import type { ExportResult } from '../statistics/export-result.ts'
import type { TransportResult } from '../transport/sender.ts'

/** Where the traces are that a receiver keeps elsewhere than those of this process. */
export interface Places {
  /** Whether anything is known of any trace. */
  any(): boolean
  /** Where spans of a trace are to be sent, in the receiver's own terms; `undefined` for the usual place. */
  of(traceId: string): string | undefined
  /** The service in which the trace began sends its spans to the place of this name. */
  expect(traceId: string, name: string): void
  /** Gives up what is only expected of these traces. @returns whether there was anything */
  doubt(traceIds: readonly string[]): boolean
}

/** What {@link sendPlaced} needs of the receiver. */
export interface Placing {
  readonly places: Places
  /** Looks for the places that were expected. */
  settlePlaces(): Promise<void>
  /** Asks where these traces are. Never rejects. @returns whether that is news */
  locate(traceIds: readonly string[]): Promise<boolean>
  /** Whether a refusal says that a trace is in another place. */
  saysElsewhere(body: string): boolean
}

type Mixed = Extract<ExportResult, { kind: 'mixed' }>

/**
 * Sends spans to where their traces are. A request has one place, so spans of several come back as `mixed`. Where the
 * receiver says that a trace is elsewhere, it is asked where.
 */
export async function sendPlaced(
  traceIds: () => readonly string[],
  placing: () => Placing,
  deliver: (place: string | undefined) => Promise<TransportResult>,
): Promise<TransportResult | Mixed> {
  await placing().settlePlaces()
  const first = placing().places.any() ? planned(traceIds(), placing().places) : HERE
  if ('kind' in first) return first
  const sent = await deliver(first.place)
  if (sent.outcome !== 'refused' && sent.outcome !== 'hold') return sent
  const ids = traceIds()
  const { places } = placing()
  const elsewhere = placing().saysElsewhere(sent.body ?? '')
  const isNews = elsewhere ? await placing().locate(ids) : places.doubt(ids)
  if (!isNews) return sent
  const second = planned(ids, places)
  return 'kind' in second ? second : deliver(second.place)
}

const HERE = { place: undefined }

/** The one place of all, or which of them belong together. */
function planned(traceIds: readonly string[], places: Places): { place: string | undefined } | Mixed {
  const groups = new Map<string | undefined, number[]>()
  for (const [index, traceId] of traceIds.entries()) {
    const place = places.of(traceId)
    const group = groups.get(place)
    if (group === undefined) groups.set(place, [index])
    else group.push(index)
  }
  if (groups.size > 1) return { kind: 'mixed', parts: [...groups.values()] }
  const [place] = groups.keys()
  return { place }
}
