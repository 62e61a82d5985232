/** What can stand in a {@link Chain}; in one at a time. */
export interface Linked<T> {
  before: T | undefined
  after: T | undefined
}

/** A list in which the first is taken, and any one is taken out, at the same cost however long it is. */
export class Chain<T extends Linked<T>> {
  first: T | undefined
  last: T | undefined
  length = 0

  append(item: T): void {
    item.before = this.last
    item.after = undefined
    if (this.last === undefined) this.first = item
    else this.last.after = item
    this.last = item
    this.length += 1
  }

  prepend(item: T): void {
    item.before = undefined
    item.after = this.first
    if (this.first === undefined) this.last = item
    else this.first.before = item
    this.first = item
    this.length += 1
  }

  /** Takes out `item`, which stands in it. */
  remove(item: T): void {
    if (item.before === undefined) this.first = item.after
    else item.before.after = item.after
    if (item.after === undefined) this.last = item.before
    else item.after.before = item.before
    item.before = undefined
    item.after = undefined
    this.length -= 1
  }

  /** From the first to the last; the one that was given may be taken out. */
  *[Symbol.iterator](): Iterator<T> {
    for (let item = this.first; item !== undefined; ) {
      const next: T | undefined = item.after
      yield item
      item = next
    }
  }
}
