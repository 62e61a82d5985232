import type { TraceRecord } from './trace-record.ts'

/** Where a record has room for what somebody else knows of its trace. */
export type SlotName = 'entry' | 'group'

/**
 * What its owner knows of traces, kept at their records: a map of them all takes longer to change than everything else that
 * is done for a trace. Where a test has a pipeline of its own, two owners know the same trace; the second has a map.
 */
export class RecordSlot<Known extends { readonly owner: object }> {
  readonly #isEntry: boolean
  readonly #owner: object
  readonly #others = new WeakMap<TraceRecord, Known>()

  /** @param owner - whose it is, as `Known` says as well */
  constructor(name: SlotName, owner: object) {
    this.#isEntry = name === 'entry'
    this.#owner = owner
  }

  get(record: TraceRecord): Known | undefined {
    const known = this.#first(record)
    return known === undefined || known.owner === this.#owner ? known : this.#others.get(record)
  }

  set(record: TraceRecord, known: Known): void {
    const there = this.#first(record)
    if (there === undefined || there.owner === this.#owner) this.#setFirst(record, known)
    else this.#others.set(record, known)
  }

  delete(record: TraceRecord): void {
    if (this.#first(record)?.owner === this.#owner) this.#setFirst(record, undefined)
    else this.#others.delete(record)
  }

  // By their names in the code: a property whose name is a value takes the engine several times as long.
  #first(record: TraceRecord): Known | undefined {
    return (this.#isEntry ? record.entry : record.group) as Known | undefined
  }

  #setFirst(record: TraceRecord, known: Known | undefined): void {
    if (this.#isEntry) record.entry = known
    else record.group = known
  }
}
