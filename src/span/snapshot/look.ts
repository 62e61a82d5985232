import { cleanText } from '../capture/capture-strings.ts'
import type { Names } from './names.ts'
import { endOf, HEAD_SLOTS, isNames, LIST, type TapeView } from './tape.ts'

// A snapshot can be looked into without being read: what is inside has the form of the whole.

/** An object. */
export const isFields = (view: TapeView | undefined): view is TapeView =>
  view !== undefined && isNames(view.tape[view.at])

/** A list. */
export const isList = (view: TapeView | undefined): view is TapeView =>
  view !== undefined && view.tape[view.at] === LIST

/** A text. */
export const isText = (view: TapeView | undefined): view is TapeView =>
  view !== undefined && typeof view.tape[view.at] === 'string'

/** The boolean `true`. */
export const isTrue = (view: TapeView | undefined): boolean => view?.tape[view.at] === true

/** `view` unless it is `null`. */
export const notNull = (view: TapeView | undefined): TapeView | undefined =>
  view === undefined || view.tape[view.at] === null ? undefined : view

/** The text that `view` is. */
export const textIn = (view: TapeView | undefined): string | undefined =>
  isText(view) ? cleanText(view.tape[view.at] as string) : undefined

/** Whether `view` is the text `word`. */
export const says = (view: TapeView | undefined, word: string): boolean => view?.tape[view.at] === word

/** Whether `view` is a text that begins, blanks aside, with one of `units`. */
export function textBeginsWith({ tape, at }: TapeView, isWanted: (unit: number) => boolean): boolean {
  const text = tape[at]
  if (typeof text !== 'string') return false
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return isWanted(unit)
  }
  return false
}

/** The items of the list that `view` is. */
export function itemsIn(view: TapeView | undefined): TapeView[] | undefined {
  if (!isList(view)) return undefined
  const { tape } = view
  const items: TapeView[] = []
  const end = endOf(tape, view.at)
  for (let at = view.at + HEAD_SLOTS; at < end; at = endOf(tape, at)) items.push({ tape, at })
  return items
}

/** The field `name` of the object that `view` is. */
export function fieldIn(view: TapeView | undefined, name: string): TapeView | undefined {
  if (!isFields(view)) return undefined
  const { tape } = view
  const names = tape[view.at] as Names
  const index = names.indexOf(name)
  if (index < 0) return undefined
  let at = view.at + HEAD_SLOTS
  for (let i = 0; i < index; i += 1) at = endOf(tape, at)
  return { tape, at }
}

/** The name of the first field of the object that `view` is. */
export function firstNameIn(view: TapeView): string | undefined {
  const slot = view.tape[view.at]
  const first = isNames(slot) ? slot[0] : undefined
  return first === undefined ? undefined : cleanText(first)
}
