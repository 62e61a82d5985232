import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HandOver } from '../bundler/hand-over.ts'
import { loaderFile } from '../bundler/webpack.ts'
import { KNOWN_INTEGRATIONS } from '../modules/known-packages.ts'

/** The part of Turbopack's settings that is added to. */
export interface TurbopackSettings {
  readonly rules?: Readonly<Record<string, unknown>>
}

/** `condition`: Next 16; `conditions`: Next 15, where they are the keys of a rule. */
export type RuleStyle = 'condition' | 'conditions'

/** The settings with a rule for the files of each package that is traced; the loader takes its pick among them. */
export function withRules(
  settings: TurbopackSettings | undefined,
  integrations: readonly string[] | undefined,
  style: RuleStyle,
): TurbopackSettings {
  const wanted = KNOWN_INTEGRATIONS.filter(
    ({ name }) => integrations === undefined || integrations.includes(name),
  )
  const rules: Record<string, unknown> = { ...settings?.rules }
  const names = wanted.flatMap(({ packages }) => packages.map((one) => one.name))
  for (const folder of [...names, ...aliasesOf(names)]) {
    const pattern = `**/node_modules/${folder}/**/*.{js,mjs,cjs}`
    const rule = style === 'condition' ? ruleOf16(integrations) : ruleOf15(integrations)
    rules[pattern] = Array.isArray(rule) && pattern in rules ? [rules[pattern], ...rule].flat() : rule
  }
  return { ...settings, rules }
}

/** Other names under which the application has them: `"ai-5": "npm:ai@5"`. */
function aliasesOf(names: readonly string[]): string[] {
  const { dependencies, devDependencies } = readManifest(process.cwd())
  return Object.entries({ ...dependencies, ...devDependencies }).flatMap(([alias, wanted]) => {
    const real = /^npm:(@?[^@]+)/.exec(String(wanted))?.[1]
    return real !== undefined && real !== alias && names.includes(real) ? [alias] : []
  })
}

interface Dependencies {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function readManifest(folder: string): Dependencies {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Dependencies
  } catch {
    return {}
  }
}

const loaders = (integrations: readonly string[] | undefined, handOver: HandOver): unknown => [
  // The configuration must be JSON, in which there is no `undefined`.
  {
    loader: loaderFile(),
    options: { handOver, ...(integrations !== undefined && { integrations: [...integrations] }) },
  },
]

const ruleOf16 = (integrations: readonly string[] | undefined): unknown => [
  { loaders: loaders(integrations, 'exports'), condition: 'node' },
  { loaders: loaders(integrations, 'name'), condition: 'edge-light' },
]

const ruleOf15 = (integrations: readonly string[] | undefined): unknown => ({
  node: { loaders: loaders(integrations, 'exports') },
  'edge-light': { loaders: loaders(integrations, 'name') },
})
