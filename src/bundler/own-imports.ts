import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Imports inside turnspan that package.json decides by the condition `module`, which not every bundler sets. */
export const OWN_IMPORTS: RegExp = /^#(exit-worker|otel-api)$/

const BUNDLED: Readonly<Record<string, string>> = {
  '#exit-worker': 'exit-embedded',
  '#otel-api': 'otel-api-bundled',
}

/**
 * What such an import stands for in a bundle: the thread that delivers at the end of the process as a text, and an
 * import of OpenTelemetry's API that a bundler can follow.
 *
 * @param own - the folder of turnspan's files
 * @returns `undefined` for imports of others
 */
export function bundledFile(request: string, importer: string, own: string): string | undefined {
  const name = BUNDLED[request]
  if (name === undefined || !isIn(own, importer)) return undefined
  return join(own, `${name}.${importer.endsWith('.cjs') ? 'cjs' : 'js'}`)
}

function isIn(folder: string, file: string): boolean {
  try {
    return realpathSync(dirname(file)) === realpathSync(folder)
  } catch {
    return false
  }
}
