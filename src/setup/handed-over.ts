import { diagnose } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { globalList, processWide } from '../runtime/registry.ts'
import { TRACED_PACKAGES } from '../runtime/traced-packages.ts'

/** A module of a traced package, as it hands itself over when it is loaded. */
export interface HandedModule {
  /** `openai` */
  readonly package: string
  readonly version: string
  /** Of the package's `exports`: `.`, `./callbacks/manager`. */
  readonly subpath: string
  /** `undefined` in a bundle. */
  readonly file: string | undefined
  /** What `import * as` or `require` gives. */
  readonly exports: unknown
  /** The function that takes the exports, from the bundle that the module is in. */
  readonly instrument?: Instrument
}

/** Takes the exports of a package, or finds them when it gets none; what it returns takes that back. */
export type Instrument = (exports?: unknown) => unknown

/** The functions of integrations that are part of this program, by their names: nothing of them must be loaded. */
const provided = (): Map<string, Instrument> =>
  processWide('integrations', () => new Map<string, Instrument>())

/** Makes integrations known that came with the program's own bundle. */
export function provideIntegrations(integrations: Readonly<Record<string, Instrument>>): void {
  for (const [name, instrument] of Object.entries(integrations)) provided().set(name, instrument)
}

/** The function of that integration, where it came with the program's own bundle. */
export function providedIntegration(name: string): Instrument | undefined {
  return provided().get(name)
}

interface State {
  readonly undo: Map<unknown, () => void>
  isWanted: (integration: string) => boolean
  watching: boolean
}

const state = (): State =>
  processWide('handed-over', (): State => ({ undo: new Map(), isWanted: () => false, watching: false }))

const modules = (): HandedModule[] => globalList<HandedModule>('turnspan.modules.1')

/**
 * Takes the modules that handed themselves over, and from now on each as it comes. What an earlier call took and this one
 * does not want is put back.
 */
export function takeHandedOver(isWanted: (integration: string) => boolean): void {
  const current = state()
  current.isWanted = isWanted
  for (const [module, undo] of [...current.undo]) {
    if (isWanted(integrationOf(module as HandedModule) ?? '')) continue
    current.undo.delete(module)
    undo()
  }
  const list = modules()
  for (const module of list) take(module)
  if (current.watching) return
  current.watching = true
  list.push = (...handed) => {
    const length = Array.prototype.push.apply(list, handed)
    for (const module of handed) take(module)
    return length
  }
}

const integrationOf = (module: HandedModule): string | undefined =>
  TRACED_PACKAGES.find((one) => one.package === module.package)?.integration

/** Never throws: it runs while a module of the program is being loaded. */
function take(module: HandedModule): void {
  const current = state()
  const name = integrationOf(module)
  if (name === undefined || current.undo.has(module) || !current.isWanted(name)) return
  const instrument = provided().get(name) ?? module.instrument
  if (instrument === undefined) return
  try {
    const undo = instrument(module.exports)
    current.undo.set(module, typeof undo === 'function' ? (undo as () => void) : () => undefined)
  } catch (thrown) {
    diagnose(
      'warn',
      'TS_INSTRUMENT_FAILED',
      `The package "${module.package}" ${module.version} could not be instrumented (${messageOf(thrown)}); it works as it does without turnspan.`,
      { name },
      name,
    )
  }
}
