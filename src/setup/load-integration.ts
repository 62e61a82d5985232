import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { LoadedModule } from '../modules/arrivals.ts'
import type { IntegrationName, KnownIntegration } from '../modules/known-packages.ts'
import { packageOfFile } from '../modules/manifest.ts'
import { loadAtOnce } from '../modules/peek.ts'
import { ownFile } from '../runtime/own-file.ts'
import { processWide } from '../runtime/registry.ts'

type Exports = Readonly<Record<string, unknown>>

/** Bundlers and tools that copy the files of an application follow these; Node comes here only when it cannot load at once. */
const LATER: Readonly<Record<IntegrationName, () => Promise<Exports>>> = {
  a2a: () => import('../integrations/a2a/index.ts'),
  'ag-ui': () => import('../integrations/ag-ui/index.ts'),
  ai: () => import('../integrations/ai/index.ts'),
  anthropic: () => import('../integrations/anthropic/index.ts'),
  bedrock: () => import('../integrations/bedrock/index.ts'),
  'claude-agent-sdk': () => import('../integrations/claude-agent-sdk/index.ts'),
  codex: () => import('../integrations/codex/index.ts'),
  cohere: () => import('../integrations/cohere/index.ts'),
  'google-adk': () => import('../integrations/google-adk/index.ts'),
  'google-genai': () => import('../integrations/google-genai/index.ts'),
  groq: () => import('../integrations/groq/index.ts'),
  langchain: () => import('../integrations/langchain/index.ts'),
  llamaindex: () => import('../integrations/llamaindex/index.ts'),
  mcp: () => import('../integrations/mcp/index.ts'),
  mistral: () => import('../integrations/mistral/index.ts'),
  ollama: () => import('../integrations/ollama/index.ts'),
  openai: () => import('../integrations/openai/index.ts'),
  'openai-agents': () => import('../integrations/openai-agents/index.ts'),
  opencode: () => import('../integrations/opencode/index.ts'),
  together: () => import('../integrations/together/index.ts'),
}

/** The function of an integration, which finds the program's copies by itself. */
export type Instrument = () => () => void

/** The functions of integrations that are part of this program, by their names: nothing of them must be loaded. */
const provided = (): Map<string, Instrument> =>
  processWide('integrations', () => new Map<string, Instrument>())

/** Makes integrations known that came with the program's own bundle. */
export function provideIntegrations(integrations: Readonly<Record<string, Instrument>>): void {
  for (const [name, instrument] of Object.entries(integrations)) provided().set(name, instrument)
}

/**
 * Loads the code of an integration, in the build that this code is of: at once where that is possible, for the
 * program's very next line may be a call; in a bundled application a moment later.
 *
 * @param module - the module for which it is loaded; one of a bundle may bring it
 * @param loaded - gets its function
 * @param failed - gets why it cannot be had
 */
export function loadIntegration(
  { name, instrument }: KnownIntegration,
  module: LoadedModule | undefined,
  loaded: (instrument: Instrument) => void,
  failed: (thrown: unknown) => void,
): void {
  const given = provided().get(name) ?? module?.instrument
  if (given !== undefined) {
    loaded(given)
    return
  }
  const give = (exports: Exports): void => {
    const found = exports[instrument] as Instrument
    // Called with nothing, so that it finds the copies by itself.
    loaded(() => found())
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
