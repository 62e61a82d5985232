import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { API, apiFolder } from '../runtime/api-folder.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { apiGlobals } from '../runtime/otel-context.ts'
import { ownFile } from '../runtime/own-file.ts'

/**
 * Finds out whether the application has another copy of `@opentelemetry/api` than ours. OpenTelemetry then turns one
 * of the two into no-ops silently, so we keep our hands off its globals and say which copies there are.
 *
 * @returns what is wrong, for `Status`; `undefined` when there is one copy
 */
export function checkApiCopy(): string | undefined {
  const theirs = otherCopy()
  if (theirs === undefined) return undefined
  const message =
    `The application and turnspan use different copies of @opentelemetry/api (${theirs}), and OpenTelemetry lets only ` +
    'one of them work. turnspan traces on its own, without the spans of OpenTelemetry instrumentations. To combine the two, have ' +
    'npm install a single copy: "npm ls @opentelemetry/api" shows where the second comes from, "npm dedupe" often removes it'
  diagnoseOnce('warn', 'TS_API_COPIES', `${message}.`, { found: theirs })
  return message
}

function otherCopy(): string | undefined {
  // Once somebody has registered, we share what is registered, whatever copy of the API that was: copies of one
  // major version share the place.
  return apiGlobals()?.trace === undefined ? copyOfMainModule() : undefined
}

/** The copy that the application's main module gets, where it is another one than ours. */
function copyOfMainModule(): string | undefined {
  const main = process.argv[1]
  if (main === undefined) return undefined
  try {
    const [found, ownFound] = [apiFolder(realpathSync(main)), apiFolder(ownFile())]
    if (found !== undefined && found === ownFound) return undefined
    const [theirs, ours] = [entryFrom(main), entryFrom(ownFile())]
    if (theirs === ours) return undefined
    const [their, our] = [copyOf(theirs), copyOf(ours)]
    if (their.root === our.root || their.version === our.version) return undefined
    return `version ${their.version} in the application, ${our.version} in turnspan`
  } catch {
    // The application has none of its own, or is one bundled file.
    return undefined
  }
}

/** The file of the copy that `file` would import. */
function entryFrom(file: string): string {
  return realpathSync(createRequire(realpathSync(file)).resolve(API))
}

/** Its manifest is read as a file: the package does not export it. */
function copyOf(entry: string): { root: string; version: string } {
  for (let root = dirname(entry); root !== dirname(root); root = dirname(root)) {
    const manifest = readManifest(join(root, 'package.json'))
    if (manifest?.name === API) return { root, version: String(manifest.version) }
  }
  throw new Error(`${API} has no manifest`)
}

function readManifest(file: string): { name?: unknown; version?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
