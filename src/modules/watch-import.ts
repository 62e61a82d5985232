import { pathToFileURL } from 'node:url'
import { processWide } from '../runtime/registry.ts'
import { loadSync } from './import-hooks.ts'

const state = (): { registered: boolean } => processWide('import-hooks-thread', () => ({ registered: false }))

/** Put in by the build: `import-hooks.ts` as one script. */
declare const IMPORT_HOOKS: string | undefined

interface HooksOfNode {
  registerHooks?(hooks: { load: typeof loadSync }): { deregister?(): void }
  register?(url: string, options?: object): void
}

const hooksOfNode = (): HooksOfNode => process.getBuiltinModule('node:module') as unknown as HooksOfNode

/**
 * Hands over what is loaded as an ES module from now on, where the hooks for it run in this thread.
 *
 * @returns takes it back
 */
export function watchImport(): () => void {
  try {
    const { registerHooks } = hooksOfNode()
    if (typeof registerHooks === 'function' && hooksTakeCommonJs(process.versions.node)) {
      const hooks = registerHooks({ load: loadSync })
      return () => hooks.deregister?.()
    }
  } catch {
    // A runtime or a permission model that lets nobody look: `peek.ts` and the watch over requests remain.
  }
  return () => undefined
}

/**
 * The same where hooks need a thread of their own (Node 20, early 22 and 24), which takes some 30 ms of CPU to start
 * and stays: so only for who has a package installed and has not loaded it yet.
 */
export function watchImportByThread(): void {
  if (hooksTakeCommonJs(process.versions.node)) return
  try {
    registerThread(hooksOfNode())
  } catch {
    // As above.
  }
}

function registerThread({ register }: HooksOfNode): void {
  const { registered } = state()
  if (registered || typeof register !== 'function') return
  const script = typeof IMPORT_HOOKS === 'string' ? IMPORT_HOOKS : ''
  if (script === '') return
  state().registered = true
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
