import { isObject, read } from '../method.ts'
import { overlay } from '../overlay.ts'
import { dataAt, isPlainObject } from '../own-data.ts'
import type { Amended } from '../stainless.ts'

/** Asks for the tokens of a stream, which come in one more chunk without choices; the program does not see it. */
export function askForUsage(args: readonly unknown[]): Amended | undefined {
  const [body, ...rest] = args
  if (!isObject(body)) return undefined
  const isPlain = isPlainObject(body)
  let streams = dataAt(body, 'stream') === true
  if (isPlain && (!streams || dataAt(body, 'stream_options', 'include_usage') !== undefined)) return undefined
  let asks = false
  const asking = overlay(body, {
    value(key, value) {
      // What a getter says is known when the client has read it, which it does before it makes JSON of the whole.
      if (key === 'stream') streams = value === true
      if (key !== 'stream_options' || !streams || !leavesOpen(value)) return value
      asks = true
      return { ...value, include_usage: true }
    },
    added: () => (streams ? 'stream_options' : undefined),
  })
  return {
    args: [asking, ...rest],
    hidden: (chunk) => {
      const choices = read(chunk, 'choices')
      return (
        asks && Array.isArray(choices) && choices.length === 0 && typeof read(chunk, 'usage') === 'object'
      )
    },
  }
}

/** Whether the options can be added to, and say nothing of the usage. */
const leavesOpen = (options: unknown): options is object | null | undefined =>
  options === undefined || options === null || (isPlainObject(options) && options.include_usage === undefined)
