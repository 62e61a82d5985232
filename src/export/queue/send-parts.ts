import type { Retry } from '../statistics/export-diagnostics.ts'
import type { ExportResult } from '../statistics/export-result.ts'

/** What is done with the spans of a batch, each of which is settled once: accepted, rejected, or given back. */
export interface BatchWork<T> {
  send(items: readonly T[]): Promise<ExportResult>
  /** The receiver has `items`, but for `rejectedSpans` of them. */
  accepted(items: readonly T[], rejectedSpans: number): void
  rejected(item: T, refused: Refused): void
  /** `item` in fewer bytes, when the receiver takes none as large as it is; `undefined` where that cannot be had. */
  smaller?(item: T): Promise<T | undefined>
}

/** What must wait of a batch, and why. */
export interface Later<T> {
  readonly rest: readonly T[]
  readonly answer: Retry
}

export type Refused = Extract<ExportResult, { kind: 'refused' }>
type Single = Exclude<ExportResult, { kind: 'mixed' }>

/**
 * Sends `batch`, in parts where the receiver refuses it. A span that is refused alone is tried once more, and then
 * rejected. Where the receiver says that the fault is its own, it may be broken for every span: then the span is
 * rejected only if another one is accepted after it; otherwise all of them wait. That costs a broken receiver a dozen
 * requests for a batch, not one for each span.
 *
 * @returns what must wait; `undefined` when every span is settled
 */
export async function sendParts<T>(batch: readonly T[], work: BatchWork<T>): Promise<Later<T> | undefined> {
  const parts: (readonly T[])[] = [batch]
  let taken: T | undefined
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const answer = await work.send(part)
    if (answer.kind === 'retry') return { rest: [...part, ...parts.flat()], answer }
    if (answer.kind === 'accepted') {
      work.accepted(part, Math.min(answer.rejectedSpans ?? 0, part.length))
      taken = part[0]
      continue
    }
    if (answer.kind === 'mixed') {
      parts.unshift(...answer.parts.map((indices) => indices.flatMap((index) => part[index] ?? [])))
      continue
    }
    const [item] = part
    if (part.length > 1) parts.unshift(...halves(part))
    else if (item !== undefined) {
      const verdict = await judge({ item, parts, answer, taken }, work)
      if (verdict !== undefined) return verdict
    }
  }
  return undefined
}

interface Suspect<T> {
  readonly item: T
  /** What is still to be sent. */
  readonly parts: (readonly T[])[]
  readonly answer: Refused
  /** One that the receiver has taken before. */
  readonly taken: T | undefined
}

/** What becomes of a span that was refused alone. @returns what must wait, where nothing can be said of it now */
async function judge<T>(suspect: Suspect<T>, work: BatchWork<T>): Promise<Later<T> | undefined> {
  const { item, parts, answer } = suspect
  const smaller = answer.tooLarge ? await work.smaller?.(item) : undefined
  if (smaller !== undefined) {
    parts.unshift([smaller])
    return undefined
  }
  if (answer.serverFault) {
    const broken = await probe(suspect, work)
    if (broken !== undefined) return broken
  }
  const again = answer.tooLarge || answer.unencodable ? answer : await sendOne(item, work)
  if (again.kind === 'accepted') work.accepted([item], Math.min(again.rejectedSpans ?? 0, 1))
  else if (again.kind === 'refused') work.rejected(item, again)
  else return { rest: [item, ...parts.flat()], answer: again }
  return undefined
}

/**
 * Sends another span, any one, to see whether the receiver takes spans now: it may have broken since it took the last
 * one. Where none is left it is one that the receiver has, and knows by its ID.
 *
 * @returns what must wait if it takes none
 */
async function probe<T>(
  { item, parts, answer, taken }: Suspect<T>,
  work: BatchWork<T>,
): Promise<Later<T> | undefined> {
  const others = parts.flat()
  const chosen = Math.floor(Math.random() * others.length)
  const other = others[chosen]
  const probed = other ?? taken
  const all = [item, ...others]
  if (probed === undefined) return { rest: all, answer: waitOut(answer) }
  const said = await sendOne(probed, work)
  if (said.kind === 'retry') return { rest: all, answer: said }
  if (said.kind === 'refused') return { rest: all, answer: waitOut(said) }
  if (other === undefined) return undefined
  work.accepted([other], Math.min(said.rejectedSpans ?? 0, 1))
  remove(parts, chosen)
  return undefined
}

/** The answer for a single span, which belongs into one request. */
async function sendOne<T>(item: T, work: BatchWork<T>): Promise<Single> {
  const answer = await work.send([item])
  return answer.kind === 'mixed' ? { kind: 'retry', reason: 'its experiment is not known yet' } : answer
}

const waitOut = ({ reason }: Refused): Retry => ({ kind: 'retry', slow: true, reason })

/** Takes the item of that number, counted over all of `parts`, out of its part. */
function remove<T>(parts: (readonly T[])[], index: number): void {
  let left = index
  for (const [i, part] of parts.entries()) {
    if (left < part.length) {
      const others = [...part.slice(0, left), ...part.slice(left + 1)]
      parts.splice(i, 1, ...(others.length > 0 ? [others] : []))
      return
    }
    left -= part.length
  }
}

function halves<T>(part: readonly T[]): [readonly T[], readonly T[]] {
  const middle = Math.ceil(part.length / 2)
  return [part.slice(0, middle), part.slice(middle)]
}
