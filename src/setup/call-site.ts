import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownFile } from '../runtime/own-file.ts'
import { exitSource } from './exit-source.ts'

// Ours are up to ten of them.
const MOST_FRAMES = 16
const MOST_SHOWN = 5

/** Where the code stands now; its text is made only when somebody asks for it. */
export interface CallStack {
  readonly stack?: string
}

/** The call stack, at the cost of walking it. */
export function callStack(): CallStack {
  const here: CallStack = {}
  try {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = MOST_FRAMES
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
  // In a bundled application everything stands in one file, so ours cannot be told from the others by their path.
  return (exitSource === '' ? frames.filter(isNotOurs) : frames).slice(0, MOST_SHOWN)
}

function isNotOurs(frame: string): boolean {
  const folder = dirname(ownFile())
  // Where the sources run as they are, ours is the folder of all rooms.
  const own = basename(folder) === 'runtime' ? dirname(folder) : folder
  return !frame.includes(`${own}/`) && !frame.includes(`${pathToFileURL(own).href}/`)
}
