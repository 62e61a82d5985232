import { dirname } from 'node:path'
import { integrationOf } from '../modules/known-packages.ts'
import { readManifest } from '../modules/manifest.ts'
import { type RecognisedFile, recognise } from '../modules/recognise.ts'

/** A file whose exports an integration takes. */
export interface TracedFile extends RecognisedFile {
  /** Name of the integration, and of its function. */
  readonly integration: string
  readonly instrument: string
  readonly companion: boolean
  /** What the nearest `package.json` says of the format of `.js` files. */
  readonly type: unknown
}

/** Files that may be those of installed packages. */
export const INSTALLED: RegExp = /[\\/]node_modules[\\/].*\.[cm]?js$/

/**
 * Tells whether the exports of a file are to be handed over, by the package that it belongs to, as at run time.
 *
 * @param integrations - those that are wanted. Default: all
 */
export function createRecogniser(
  integrations: readonly string[] | undefined,
): (path: string) => TracedFile | undefined {
  return (path) => {
    const file = withoutQuery(path)
    const found = INSTALLED.test(file) ? recognise(file, true) : undefined
    if (found?.subpath === undefined) return undefined
    const integration = integrationOf(found.package)
    if (integration === undefined || integrations?.includes(integration.name) === false) return undefined
    const { name, instrument, packages } = integration
    const companion = packages.some((one) => one.name === found.package && one.companion)
    return { ...found, integration: name, instrument, companion, type: typeOf(file) }
  }
}

/** Bundlers put what they know about a module behind its path. */
const withoutQuery = (path: string): string => path.replace(/[?#].*$/, '')

/** Folders inside a package may say their format in a package.json without a name. */
function typeOf(file: string): unknown {
  for (let dir = dirname(file); dir !== dirname(dir); dir = dirname(dir)) {
    const manifest = readManifest(dir)
    if (manifest?.type !== undefined || manifest?.name !== undefined) return manifest.type
  }
  return undefined
}
