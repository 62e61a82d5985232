import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { nearest, preview } from './text.ts'

/** What an object of options may hold. */
export interface KnownKeys {
  /** Whose it is, as it is called: `withAgent()`. */
  readonly owner: string
  readonly keys: Readonly<Record<string, true>>
  /** Other words for some of them, as other libraries or habit have them. */
  readonly synonyms: Readonly<Record<string, string>>
  /** What was said of a key, so that it is put together once. */
  readonly said: Map<string, string>
}

/** Words that mean the same wherever they fit. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  userid: 'user',
  session: 'sessionId',
  conversationid: 'sessionId',
  threadid: 'sessionId',
  input: 'inputs',
  output: 'outputs',
  type: 'spanType',
  kind: 'spanType',
  timeout: 'timeoutMs',
  timeoutmillis: 'timeoutMs',
  metadata: 'attributes',
  tags: 'attributes',
}

/** Keys of one owner that are said: something with thousands of them is no object of options. */
const MAX_SAID = 20
/** Unknown keys of one object that are said. */
const MAX_AT_ONCE = 3

/** Lower case, without what separates words: `user_id` and `userID` are one word. */
const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/**
 * The keys of one object of options.
 *
 * @param keys - an object that names each key; give it the type `Record<keyof Options, true>`, and none can be forgotten
 */
export function knownKeys(
  owner: string,
  keys: Readonly<Record<string, true>>,
  synonyms: Readonly<Record<string, string>> = {},
): KnownKeys {
  return { owner, keys: Object.assign(Object.create(null), keys), synonyms, said: new Map() }
}

/**
 * Says once of each key that `given` should not have, and which one was probably meant. It is asked for each span: it
 * reads no value, and costs about 20 ns for four keys.
 */
export function checkKeys(known: KnownKeys, given: unknown): void {
  let unknown = 0
  try {
    for (const key in given as object) {
      if (known.keys[key] === true) continue
      sayUnknown(known, given as object, key)
      unknown += 1
      if (unknown === MAX_AT_ONCE) return
    }
  } catch {
    // A proxy that refuses to be looked at.
  }
}

function sayUnknown(known: KnownKeys, given: object, key: string): void {
  // What somebody added to `Object.prototype` is no option.
  if (!Object.hasOwn(given, key)) return
  let message = known.said.get(key)
  if (message === undefined) {
    if (known.said.size >= MAX_SAID) return
    message = `${known.owner} has no option ${preview(key)}; it is ignored.${suggestion(known, key)}`
    known.said.set(key, message)
  }
  diagnoseOnce(
    'warn',
    'TS_OPTION_UNKNOWN',
    message,
    { call: known.owner },
    `${known.owner} ${key.slice(0, 80)}`,
  )
}

function suggestion({ keys, synonyms }: KnownKeys, key: string): string {
  const names = Object.keys(keys)
  const word = plain(key)
  const meant = synonyms[word] ?? fitting(EVERYWHERE[word], names) ?? nearest(key, names)
  return meant === undefined ? ` It takes ${names.join(', ')}.` : ` Did you mean ${JSON.stringify(meant)}?`
}

const fitting = (name: string | undefined, names: readonly string[]): string | undefined =>
  name !== undefined && names.includes(name) ? name : undefined
