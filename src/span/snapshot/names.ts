import { lengthOf } from '../../runtime/text-units.ts'

/** The names of the fields of an object, in their order. Objects with the same ones share a list. */
export type Names = readonly string[]

/** The names of an object whose fields are read one after the other. */
export interface FieldNames {
  /** All of them so far. */
  readonly list: Names
  /** UTF-16 units of them. */
  readonly units: number
  /** These and `name`. */
  and(name: string): FieldNames
}

// What is beyond is a table by IDs rather than an object of a form that comes again.
const MAX_SHARED_FIELDS = 64
const MAX_SHARED_NAME = 64
const MAX_FOLLOWERS = 64
/** Names that objects begin with. */
const MAX_FIRST = 1_024
/** Forms that are known, with all their beginnings. */
const MAX_KNOWN = 4_096

/** The beginning of every object. */
let start: SharedNames | undefined
let known = 0

/** The names of an object before its first field. */
export function noNames(): FieldNames {
  start ??= new SharedNames(undefined, '', 0, 0)
  return start
}

/**
 * Names that several objects begin with: a tree of the forms that were met, in which an object with names that came before,
 * in that order, finds their list without making one.
 */
class SharedNames implements FieldNames {
  readonly #before: SharedNames | undefined
  readonly #name: string
  readonly #count: number
  readonly units: number
  #list: Names | undefined
  /** With the name that followed last. */
  #last: SharedNames | undefined
  /** By the name that follows; absent while only one ever did. */
  #others: Map<string, SharedNames> | undefined

  constructor(before: SharedNames | undefined, name: string, count: number, units: number) {
    this.#before = before
    this.#name = name
    this.#count = count
    this.units = units
  }

  get list(): Names {
    this.#list ??= this.#collect()
    return this.#list
  }

  // Those of the beginnings are not asked for: most of them are no object's.
  #collect(): Names {
    const names = new Array<string>(this.#count)
    let node: SharedNames = this
    for (let at = this.#count; node.#before !== undefined; node = node.#before) {
      at -= 1
      names[at] = node.#name
    }
    return names
  }

  and(name: string): FieldNames {
    const last = this.#last
    if (last !== undefined && last.#name === name) return last
    return this.#found(name) ?? new OwnNames(this).and(name)
  }

  #found(name: string): SharedNames | undefined {
    const there = this.#others?.get(name)
    if (there !== undefined) {
      this.#last = there
      return there
    }
    const length = lengthOf(name)
    const followers = this.#others?.size ?? (this.#last === undefined ? 0 : 1)
    const isFull = followers >= (this.#before === undefined ? MAX_FIRST : MAX_FOLLOWERS)
    if (length > MAX_SHARED_NAME || this.#count === MAX_SHARED_FIELDS || isFull) {
      noteRefused()
      return undefined
    }
    noteKnown()
    const made = new SharedNames(this, name, this.#count + 1, this.units + length)
    if (this.#last !== undefined) {
      this.#others ??= new Map([[this.#last.#name, this.#last]])
      this.#others.set(name, made)
    }
    this.#last = made
    return made
  }
}

/** Names of one object alone. */
class OwnNames implements FieldNames {
  readonly list: string[]
  units: number

  constructor(before: FieldNames) {
    this.list = [...before.list]
    this.units = before.units
  }

  and(name: string): this {
    this.list.push(name)
    this.units += lengthOf(name)
    return this
  }
}

/** Forgets all forms where there are too many: what still comes is learnt again. */
function noteKnown(): void {
  known += 1
  if (known <= MAX_KNOWN) return
  start = undefined
  known = 0
}

/** So many names that found no place may be those of forms that came after the tree was filled by others. */
const MAX_REFUSED = 10_000
let refused = 0

function noteRefused(): void {
  refused += 1
  if (refused < MAX_REFUSED) return
  start = undefined
  refused = 0
  known = 0
}
