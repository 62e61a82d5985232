import { pathToFileURL } from 'node:url'
import { loadSync } from './import-hooks.ts'

/** Put in by the build: `import-hooks.ts` as one script. */
declare const IMPORT_HOOKS: string | undefined

interface HooksOfNode {
  registerHooks?(hooks: { load: typeof loadSync }): { deregister?(): void }
  register?(url: string, options?: object): void
}

/**
 * Hands over what is loaded as an ES module from now on.
 *
 * @returns takes it back, where Node can
 */
export function watchImport(): () => void {
  const node = process.getBuiltinModule('node:module') as unknown as HooksOfNode
  try {
    if (typeof node.registerHooks === 'function' && hooksTakeCommonJs(process.versions.node)) {
      const hooks = node.registerHooks({ load: loadSync })
      return () => hooks.deregister?.()
    }
    registerThread(node)
  } catch {
    // A runtime or a permission model that lets nobody look: `loaded-already.ts` and the watch over requests remain.
  }
  return () => undefined
}

let registered = false

/** The hooks of older versions run in a thread, and stay. */
function registerThread({ register }: HooksOfNode): void {
  if (registered || typeof register !== 'function') return
  const script = typeof IMPORT_HOOKS === 'string' ? IMPORT_HOOKS : ''
  if (script === '') return
  registered = true
  register(`data:text/javascript;base64,${Buffer.from(script).toString('base64')}`, {
    parentURL: pathToFileURL(process.execPath).href,
  })
}

/**
 * Before these versions, Node refused what its own loader gives for CommonJS (no source) when a hook passed it on:
 * https://github.com/nodejs/node/pull/59929.
 */
function hooksTakeCommonJs(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 3)
  if (major === 24) return minor > 11 || (minor === 11 && patch >= 1)
  return major === 25 ? minor >= 1 : major > 25
}
