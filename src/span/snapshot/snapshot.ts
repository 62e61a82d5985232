import { lengthOf } from '../../runtime/text-units.ts'
import { cutLength } from '../capture/capture-strings.ts'
import { cleanValue, fitTo } from '../capture/fit-value.ts'
import { withinNesting } from '../capture/nesting.ts'
import { rawPlain } from './plain.ts'
import {
  flatText,
  isNames,
  isWide,
  LONG_TEXT,
  plainTape,
  type Tape,
  type TapeSlot,
  type TapeView,
} from './tape.ts'

/** A value of so many times the bytes that it may come to is not kept as it is. */
const MAX_EXCESS = 2

/** Bytes on the wire that stand around a text or a number, roughly. */
export const WIRE_BYTES_PER_SLOT = 6

/**
 * A value as it was when it was captured. Where it may be longer than its limit, it is measured and cut when somebody
 * reads it, and not in the time of the caller: its texts cannot change meanwhile.
 */
export class Snapshot implements TapeView {
  readonly at = 0
  /** UTF-16 units of its texts and names. */
  units: number
  /** Those of them in long texts that take two bytes each in memory; see {@link isWide}. */
  wide: number
  /** Its JSON text may be longer than so many bytes, which it must not be; `undefined` once that is settled. */
  maxBytes: number | undefined
  /** As it was captured, which may be longer than what leaves. */
  raw: Tape

  constructor(raw: Tape, units: number, wide: number, maxBytes?: number) {
    this.raw = raw
    this.units = units
    this.wide = wide
    this.maxBytes = maxBytes
  }

  get tape(): Tape {
    if (this.maxBytes !== undefined) this.#fit(this.maxBytes)
    return this.raw
  }

  #fit(maxBytes: number): void {
    this.maxBytes = undefined
    const isLong = this.raw.some((slot) => isLonger(slot, maxBytes))
    const plain = rawPlain({ tape: this.raw, at: 0 }, maxBytes)
    const fit = fitTo(plain, maxBytes)
    if (fit === plain && !isLong) return
    const { tape, units } = plainTape(cleanValue(fit))
    this.raw = tape
    this.units = units
    this.wide = wideUnits(tape)
  }

  /**
   * Keeps no more than a few times what it may come to, where it is far beyond: until it leaves it is held, and counted, as
   * it is. Long texts are cut by their length alone, which takes no look at all of them.
   */
  shorten(): void {
    const { maxBytes } = this
    if (maxBytes === undefined || this.units <= maxBytes * MAX_EXCESS) return
    const cut = (text: string): string =>
      text.length > maxBytes ? flatText(cutLength(text, maxBytes)) : text
    this.raw = this.raw.map((slot): TapeSlot => (typeof slot === 'string' ? cut(slot) : slot))
    this.units = unitsOf(this.raw)
    this.wide = wideUnits(this.raw)
    if (this.units > maxBytes * MAX_EXCESS) this.detach()
  }

  /**
   * Lets go of what the application may have freed: a text may be a part of a larger one, which it keeps alive. For what
   * is kept for a while.
   */
  detach(): void {
    this.raw = this.tape.map((slot): TapeSlot => (typeof slot === 'string' ? flatText(slot) : slot))
  }
}

const isLonger = (slot: TapeSlot, length: number): boolean =>
  isNames(slot) ? slot.some((name) => name.length > length) : typeof slot === 'string' && slot.length > length

function unitsOf(tape: Tape): number {
  let units = 0
  for (const slot of tape) {
    if (typeof slot === 'string') units += slot.length
    else if (isNames(slot)) for (const name of slot) units += name.length
  }
  return units
}

function wideUnits(tape: Tape): number {
  let units = 0
  for (const slot of tape) {
    if (typeof slot !== 'string') continue
    const length = lengthOf(slot)
    if (length >= LONG_TEXT && isWide(slot)) units += length
  }
  return units
}

/** Plain data as a snapshot. What nests too deep for MLflow is a text of its own in it. */
export function snapshotOf(value: Parameters<typeof plainTape>[0]): Snapshot {
  const { tape, units } = plainTape(withinNesting(value))
  return new Snapshot(tape, units, wideUnits(tape))
}

/** `snapshot` that came from another thread, where an object arrives without its class. */
export const arrivedSnapshot = ({ raw, units, wide, maxBytes }: Snapshot): Snapshot =>
  new Snapshot(raw, units, wide, maxBytes)

/** One text or number as a snapshot. */
export const snapshotOfSlot = (slot: string | number): Snapshot =>
  typeof slot === 'string' ? new Snapshot([slot], slot.length, wideUnits([slot])) : new Snapshot([slot], 0, 0)

/** Bytes of `snapshot` on the wire, roughly: texts beyond ASCII take up to three times as much. */
export const wireBytes = ({ raw, units }: Snapshot): number => units + raw.length * WIRE_BYTES_PER_SLOT
