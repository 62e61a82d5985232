import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { trace } from '@opentelemetry/api'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { ownFile } from '../runtime/own-file.ts'
import { globalSlot } from '../runtime/registry.ts'

interface ApiSlot {
  readonly version?: string
  readonly trace?: unknown
}

/**
 * Finds out whether the application has another copy of `@opentelemetry/api` than ours. OpenTelemetry then turns one
 * of the two into no-ops without a word, so we keep our hands off its globals and say which copies there are.
 *
 * @returns what is wrong, for `Status`; `undefined` when there is one copy
 */
export function checkApiCopy(): string | undefined {
  const theirs = otherCopy()
  if (theirs === undefined) return undefined
  const message =
    `The application uses another copy of @opentelemetry/api (${theirs}) than turnspan, and OpenTelemetry lets only ` +
    'one of two copies work. turnspan traces on its own, without OpenTelemetry instrumentations; to join them, let ' +
    'npm install one copy: "npm ls @opentelemetry/api" shows where the second comes from, "npm dedupe" often removes it'
  diagnoseOnce('warn', 'TS_API_COPIES', `${message}.`, { found: theirs })
  return message
}

function otherCopy(): string | undefined {
  // Somebody registered with a copy that refuses ours: what we read is not what stands in the slot.
  const slot = globalSlot<ApiSlot>('opentelemetry.js.api.1')
  if (slot?.trace !== undefined && trace.getTracerProvider() !== slot.trace) return `version ${slot.version}`
  return copyOfMainModule()
}

/** The copy that the application's main module gets, where it is another one than ours. */
function copyOfMainModule(): string | undefined {
  const main = process.argv[1]
  if (main === undefined) return undefined
  try {
    const theirs = apiFrom(main)
    const ours = apiFrom(ownFile())
    if (theirs.root === ours.root || theirs.version === ours.version) return undefined
    return `version ${theirs.version} beside our ${ours.version}`
  } catch {
    // The application has none of its own, or is one bundled file.
    return undefined
  }
}

function apiFrom(file: string): { root: string; version: string } {
  const require = createRequire(realpathSync(file))
  const manifest = require.resolve('@opentelemetry/api/package.json')
  const { version } = require(manifest) as { version: string }
  return { root: realpathSync(dirname(manifest)), version }
}
