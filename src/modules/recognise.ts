import { sep } from 'node:path'
import { entryFiles } from './entry-files.ts'
import { KNOWN_INTEGRATIONS, type KnownPackage, knownPackage } from './known-packages.ts'
import { type PackageFolder, packageOfFile } from './manifest.ts'

/** A file of a package that an integration patches. */
export interface RecognisedFile {
  readonly package: string
  readonly version: string | undefined
  readonly file: string
  /** The subpath of `exports` that it stands for; `undefined` for a file that is not handed over. */
  readonly subpath: string | undefined
}

/**
 * Tells by the package that it belongs to whether `file` is of a package that an integration patches: the name in the
 * nearest `package.json` counts, for folders may have other names (`openai-<hash>` of Turbopack, linked packages).
 * Asked for every module that is loaded, so it looks into no folder unless the path gives reason to.
 */
export function recognise(file: string): RecognisedFile | undefined {
  if (!mayBeKnown(file)) return undefined
  const folder = packageOfFile(file)
  const known = folder && knownByName(folder)
  if (known === undefined) return undefined
  const { version } = folder?.manifest ?? {}
  return {
    package: known.name,
    version: typeof version === 'string' ? version : undefined,
    file,
    subpath: entryFiles(known, folder as PackageFolder).get(file),
  }
}

function knownByName({ manifest }: PackageFolder): KnownPackage | undefined {
  return typeof manifest.name === 'string' ? knownPackage(manifest.name) : undefined
}

const MODULES = `${sep}node_modules${sep}`

/** Whether the folder below `node_modules` is called like a known package, or there is none. */
function mayBeKnown(file: string): boolean {
  const at = file.lastIndexOf(MODULES)
  if (at < 0) return true
  const rest = file.slice(at + MODULES.length)
  beginnings ??= KNOWN_INTEGRATIONS.flatMap(({ packages }) =>
    packages.map(({ name }) => name.replaceAll('/', sep)),
  )
  return beginnings.some((name) => rest.startsWith(name))
}

let beginnings: readonly string[] | undefined
