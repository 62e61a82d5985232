import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { IntegrationName } from '../modules/known-packages.ts'
import { packageOfFile } from '../modules/manifest.ts'
import { loadAtOnce } from '../modules/peek.ts'
import { ownFile } from '../runtime/own-file.ts'

/** What an integration's entry exports, as far as it is used here. */
interface Entry {
  instrument(): () => void
}

type Exports = Readonly<Record<string, unknown>>

/** Bundlers and tools that copy the files of an application follow these; Node comes here only when it cannot load at once. */
const LATER: Readonly<Record<IntegrationName, () => Promise<Exports>>> = {
  ai: () => import('../integrations/ai/index.ts'),
  anthropic: () => import('../integrations/anthropic/index.ts'),
  'google-genai': () => import('../integrations/google-genai/index.ts'),
  langchain: () => import('../integrations/langchain/index.ts'),
  mcp: () => import('../integrations/mcp/index.ts'),
  openai: () => import('../integrations/openai/index.ts'),
}

const INSTRUMENT: Readonly<Record<IntegrationName, string>> = {
  ai: 'instrumentAiSdk',
  anthropic: 'instrumentAnthropic',
  'google-genai': 'instrumentGoogleGenAI',
  langchain: 'instrumentLangChain',
  mcp: 'instrumentMcp',
  openai: 'instrumentOpenAI',
}

/**
 * Loads the code of an integration, in the build that this code is of: at once where that is possible, for the
 * program's very next line may be a call; in a bundled application a moment later.
 *
 * @param loaded - gets it
 * @param failed - gets why it cannot be had
 */
export function loadIntegration(
  name: IntegrationName,
  loaded: (entry: Entry) => void,
  failed: (thrown: unknown) => void,
): void {
  const give = (exports: Exports): void => {
    const instrument = exports[INSTRUMENT[name]] as () => () => void
    loaded({ instrument: () => instrument() })
  }
  let exports: Exports
  try {
    exports = atOnce(name)
  } catch {
    LATER[name]().then(give).catch(failed)
    return
  }
  give(exports)
}

/** Beside this very file, where that is one of this package: in a bundle, what lies beside it is somebody else's. */
function atOnce(name: IntegrationName): Exports {
  const own = ownFile()
  if (packageOfFile(own)?.manifest.name !== 'turnspan') throw new Error('bundled')
  const file = (extension: string): string => join(dirname(own), `${name}.${extension}`)
  if (own.endsWith('.js')) {
    try {
      return loadAtOnce(file('js'), readFileSync(file('js'), 'utf8')) as Exports
    } catch {
      // Node was told not to `require` ES modules. The CommonJS build is a second copy, which shares its state.
    }
  }
  return createRequire(own)(file('cjs')) as Exports
}
