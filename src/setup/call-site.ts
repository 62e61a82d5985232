import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownFile } from '../runtime/own-file.ts'
import { exitSource } from './exit-source.ts'

// Ours are up to ten of them.
const MAX_FRAMES = 16
const MAX_SHOWN = 5
const OURS = 7

/** Where the code stands now; its text is made only when somebody asks for it. */
export interface CallStack {
  readonly stack?: string
}

/** The call stack, at the cost of walking it. */
export function callStack(): CallStack {
  const here: CallStack = {}
  try {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = MAX_FRAMES
    Error.captureStackTrace(here, callStack)
    Error.stackTraceLimit = stackTraceLimit
  } catch {
    // Somebody froze Error, and its own limit counts.
  }
  return here
}

/** The frames of the application in `call`, the innermost first, as they stand in a stack trace without `at`. */
export function callSite(call: CallStack): readonly string[] {
  if (typeof call.stack !== 'string') return []
  const frames = call.stack
    .split('\n')
    .map((line) => /^\s*at (.*)$/.exec(line)?.[1] ?? '')
    .filter((frame) => frame !== '' && !frame.includes('node:'))
  return (exitSource === '' ? frames.filter(isNotOurs) : withoutOurs(frames)).slice(0, MAX_SHOWN)
}

function isNotOurs(frame: string): boolean {
  const folder = dirname(ownFile())
  // Where the sources run as they are, ours is the folder of all rooms.
  const own = basename(folder) === 'runtime' ? dirname(folder) : folder
  return !frame.includes(`${own}/`) && !frame.includes(`${pathToFileURL(own).href}/`)
}

const OUR_NAMES = /^(?:startSpan|openSpan|beginSpan|withSpan|withAgent|withTool)\b/

/**
 * In a bundled application everything stands in one file: ours are told by their names, and by their usual number where
 * a minifier took the names away.
 */
function withoutOurs(frames: readonly string[]): readonly string[] {
  const last = frames.findLastIndex((frame) => OUR_NAMES.test(frame))
  return frames.slice(last < 0 ? OURS : last + 1)
}
