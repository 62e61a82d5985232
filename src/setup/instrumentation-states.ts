import { KNOWN_INTEGRATIONS, type KnownIntegration, traced } from '../modules/known-packages.ts'
import { notedOutcomes } from '../modules/outcomes.ts'
import { copiesOf } from '../modules/watch-modules.ts'

/** What an integration does with one copy of a package. */
export interface InstrumentationState {
  /** Name of the integration: `openai`. */
  readonly name: string
  /** The package that it traces. */
  readonly package: string
  /** Version of this copy, where it is known. */
  readonly version?: string
  /** The file that the program loaded; for a copy that is `waiting`, its folder. */
  readonly file?: string
  /**
   * `active`: the program loaded this copy, and its calls are traced. `waiting`: it is installed, and is traced as soon
   * as the program loads it. `not found`: it was named in `instrumentations`, and is neither installed where the
   * program's files resolve it nor loaded. `unsupported version`: it was loaded, but contains nothing that the
   * integration knows. `loaded before`: it was loaded before turnspan could change it; a diagnostic gives the details.
   */
  readonly state: 'active' | 'waiting' | 'not found' | 'unsupported version' | 'loaded before'
}

/**
 * @param names - integrations that are on
 * @param named - those among them that the program named, of which is said as well that nothing was found
 */
export function statesOf(
  names: ReadonlySet<string>,
  named: ReadonlySet<string>,
): readonly InstrumentationState[] {
  const on = KNOWN_INTEGRATIONS.filter(({ name }) => names.has(name))
  return Object.freeze(
    on.flatMap((one) => stateOf(one, named.has(one.name)).map((found) => Object.freeze(found))),
  )
}

function stateOf({ name, packages }: KnownIntegration, isNamed: boolean): readonly InstrumentationState[] {
  const taken = notedOutcomes()
    .filter((one) => one.integration === name)
    .map(
      ({ package: packageName, version, file, patched, late }): InstrumentationState => ({
        name,
        package: packageName,
        ...(version !== undefined && { version }),
        ...(file !== undefined && { file }),
        state: patched ? 'active' : late ? 'loaded before' : 'unsupported version',
      }),
    )
  const open = traced(packages).filter((one) => !taken.some((state) => state.package === one.name))
  const waiting = copiesOf(open.map((one) => one.name)).map(
    ({ dir, manifest }): InstrumentationState => ({
      name,
      package: String(manifest.name),
      ...(typeof manifest.version === 'string' && { version: manifest.version }),
      file: dir,
      state: 'waiting',
    }),
  )
  const all = [...onePerCopy(taken), ...waiting]
  const [first] = packages
  return all.length > 0 || !isNamed || first === undefined
    ? all
    : [{ name, package: first.name, state: 'not found' }]
}

/** A copy has several modules: one line for each copy, the best that can be said of it. */
function onePerCopy(states: readonly InstrumentationState[]): readonly InstrumentationState[] {
  const best = new Map<string, InstrumentationState>()
  for (const state of states) {
    const key = `${state.package} ${state.version} ${folderOf(state)}`
    if (best.get(key)?.state !== 'active') best.set(key, state)
  }
  return [...best.values()]
}

/** The build for `import` and that for `require` lie in one folder, and are two copies all the same. */
const folderOf = ({ file }: InstrumentationState): string =>
  file === undefined
    ? ''
    : `${file.slice(0, file.lastIndexOf('node_modules'))}${/\.[cm]?js$/.exec(file)?.[0]}`
