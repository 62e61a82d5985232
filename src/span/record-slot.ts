import type { TraceRecord } from './trace-record.ts'

/** Where a record has room for what somebody else knows of its trace. */
export type SlotName = 'entry' | 'group'

/**
 * What its owner knows of traces, kept at their records: a map of them all takes longer to change than everything else that
 * is done for a trace. Where a test has a pipeline of its own, two owners know the same trace; the second has a map.
 */
export class RecordSlot<Known extends { readonly owner: object }> {
  readonly #name: SlotName
  readonly #owner: object
  readonly #others = new WeakMap<TraceRecord, Known>()

  /** @param owner - whose it is, as `Known` says as well */
  constructor(name: SlotName, owner: object) {
    this.#name = name
    this.#owner = owner
  }

  get(record: TraceRecord): Known | undefined {
    const known = record[this.#name] as Known | undefined
    return known === undefined || known.owner === this.#owner ? known : this.#others.get(record)
  }

  set(record: TraceRecord, known: Known): void {
    const there = record[this.#name] as Known | undefined
    if (there === undefined || there.owner === this.#owner) record[this.#name] = known
    else this.#others.set(record, known)
  }

  delete(record: TraceRecord): void {
    const there = record[this.#name] as Known | undefined
    if (there?.owner === this.#owner) record[this.#name] = undefined
    else this.#others.delete(record)
  }
}
