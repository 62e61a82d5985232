import { createRequire } from 'node:module'
import { dependencyTest, findPackage } from '../runtime/application.ts'
import { diagnose } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { ownFile } from '../runtime/own-file.ts'
import { processWide } from '../runtime/registry.ts'
import { providedIntegration, takeHandedOver } from './handed-over.ts'

/** An integration that `init` switches on by itself. */
interface Known {
  /** Its subpath: `openai` of `turnspan/openai`. */
  readonly name: string
  /** Packages by which it is known that the application has a use for it: any of them. */
  readonly packages: readonly string[]
  /** The function of its entry that instruments the application's copies when it is called with nothing. */
  readonly instrument: string
}

/** One line for each; see docs/integrations/contributing.md. */
const KNOWN: readonly Known[] = [
  { name: 'ai', packages: ['ai'], instrument: 'instrumentAiSdk' },
  {
    name: 'anthropic',
    packages: ['@anthropic-ai/sdk', '@anthropic-ai/bedrock-sdk', '@anthropic-ai/vertex-sdk'],
    instrument: 'instrumentAnthropic',
  },
  { name: 'google-genai', packages: ['@google/genai'], instrument: 'instrumentGoogleGenAI' },
  {
    name: 'langchain',
    packages: ['@langchain/core', '@langchain/langgraph', 'langchain'],
    instrument: 'instrumentLangChain',
  },
  {
    name: 'mcp',
    packages: ['@modelcontextprotocol/sdk', '@modelcontextprotocol/client', '@modelcontextprotocol/server'],
    instrument: 'instrumentMcp',
  },
  { name: 'openai', packages: ['openai'], instrument: 'instrumentOpenAI' },
]

/** One of them, or a function that instruments and returns what undoes it. */
type Chosen = Known | (() => unknown)

/** What undoes each one that is on, by its name or by the function that was given. */
const active = (): Map<unknown, () => void> =>
  processWide('instrumentations', () => new Map<unknown, () => void>())

/**
 * Switches on what `wanted` says, and off what an earlier call switched on and this one does not want. `'auto'` are
 * those whose package the application names among its dependencies. Never throws.
 */
export function applyInstrumentations(wanted: 'auto' | false | readonly unknown[]): void {
  const chosen = new Map(choose(wanted).map((one): [unknown, Chosen] => [keyOf(one), one]))
  for (const [key, undo] of [...active()]) {
    if (chosen.has(key)) continue
    active().delete(key)
    attempt(undo, nameOf(key))
  }
  for (const [key, one] of chosen) {
    if (active().has(key)) continue
    const undo = attempt(typeof one === 'function' ? one : () => switchOn(one), nameOf(key))
    if (undo !== FAILED)
      active().set(key, typeof undo === 'function' ? (undo as () => void) : () => undefined)
  }
  // A module that handed itself over was loaded, whatever package.json says of it.
  takeHandedOver((name) => wanted === 'auto' || (wanted !== false && wanted.includes(name)))
}

const keyOf = (one: Chosen): unknown => (typeof one === 'function' ? one : one.name)

const nameOf = (key: unknown): string =>
  typeof key === 'function' ? key.name || 'that was given as a function' : `"${String(key)}"`

const FAILED: unique symbol = Symbol('failed')

function attempt(work: () => unknown, name: string): unknown {
  try {
    return work()
  } catch (thrown) {
    diagnose(
      'warn',
      'TS_INSTRUMENT_FAILED',
      `The instrumentation ${name.slice(0, 60)} could not be switched (${messageOf(thrown)}); what it would trace works as it does without turnspan. In a bundled application, instrument by hand: docs/integrations/README.md.`,
      { name: name.slice(0, 60) },
      name,
    )
    return FAILED
  }
}

function choose(wanted: 'auto' | false | readonly unknown[]): readonly Chosen[] {
  if (wanted === false) return []
  if (wanted === 'auto') return knownThatAreUsed()
  return wanted.flatMap((one): Chosen[] => {
    if (typeof one === 'function') return [one as () => unknown]
    const known = KNOWN.find(({ name }) => name === one)
    if (known === undefined) complainOf(one)
    return known === undefined ? [] : [known]
  })
}

function knownThatAreUsed(): readonly Known[] {
  try {
    const isDependency = dependencyTest()
    const isUsed = (name: string): boolean => isDependency(name) && findPackage(name) !== undefined
    return KNOWN.filter(({ packages }) => packages.some(isUsed))
  } catch {
    // Folders that this process must not read.
    return []
  }
}

function complainOf(one: unknown): void {
  diagnose(
    'warn',
    'TS_INSTRUMENT_UNKNOWN',
    `Option "instrumentations" takes functions and these names: ${KNOWN.map(({ name }) => name).join(', ')}; ${
      typeof one === 'string' ? JSON.stringify(one.slice(0, 60)) : `an entry of type ${typeof one}`
    } is left out.`,
    {},
    String(one).slice(0, 60),
  )
}

/**
 * Loads the entry of that integration, in the build that this code is of, at once: the next line may be a call. In a bundle
 * nothing can be loaded, but what is there has been provided.
 */
function switchOn({ name, instrument }: Known): unknown {
  const provided = providedIntegration(name)
  if (provided !== undefined) return provided()
  const file = ownFile()
  const require = createRequire(file)
  const load = (): unknown => {
    if (file.endsWith('.ts')) return require(`../integrations/${name}/index.ts`)
    const built = require.resolve(`turnspan/${name}`)
    return require(file.endsWith('.cjs') ? built : built.replace(/\.cjs$/, '.js'))
  }
  return (load() as Readonly<Record<string, () => unknown>>)[instrument]?.()
}
