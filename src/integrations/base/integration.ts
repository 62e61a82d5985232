import type { LoadedModule } from '../../modules/arrivals.ts'
import { type IntegrationName, knownPackage, packagesOf } from '../../modules/known-packages.ts'
import { noteOutcome } from '../../modules/outcomes.ts'
import { watchModules } from '../../modules/watch-modules.ts'
import { diagnose, diagnoseOnce } from '../../runtime/diagnostics.ts'
import { messageOf } from '../../runtime/errors.ts'
import { watchExternalCalls } from './external-calls.ts'
import { suppressOthers } from './other-instrumentations.ts'
import { createPatches, type Patches } from './patch.ts'

/** Undoes an instrumentation: every method is the original one again. */
export type Uninstrument = () => void

/** What an integration is. */
export interface Integration<Options> {
  /** Its subpath: `openai` of `turnspan/openai`. Its packages stand under this name in `modules/known-packages.ts`. */
  readonly name: IntegrationName
  /**
   * Patches one copy of a module. It must find what it patches by shape, leave alone what it does not know, and work
   * for the exports of each module of its packages, for an export of these (a class), and for an instance of it.
   *
   * @returns whether there was something to patch
   */
  patch(copy: unknown, patches: Patches, options: Options, module?: LoadedModule): boolean
  /**
   * Why a copy that is known could not be patched, where that is because it was loaded before turnspan: a sentence that goes
   * on after "was loaded before turnspan could change it: " and says what to do.
   */
  lateReason?(copy: unknown): string | undefined
}

/**
 * Makes the function that an integration exports. Called with nothing, it instruments the copies that the program has
 * loaded and will load; called with a copy (the exports, a class or a client), that one: for bundled applications,
 * whose modules nobody can find from outside.
 */
export function createInstrument<Options extends object>(
  integration: Integration<Options>,
): (copy?: unknown, options?: Options) => Uninstrument {
  const packages = packagesOf(integration.name)
  const names = packages.filter((one) => knownPackage(one)?.companion === undefined)
  return (copy, options) => {
    watchExternalCalls()
    const patches = createPatches(integration.name)
    const settings = options ?? ({} as Options)
    const patch = (given: unknown, module?: LoadedModule): boolean => {
      try {
        return integration.patch(given, patches, settings, module)
      } catch (thrown) {
        diagnose(
          'warn',
          'TS_INSTRUMENT_FAILED',
          `${integration.name} could not be instrumented (${messageOf(thrown)}); it works as it does without turnspan, and is not traced. Please report its version.`,
          { integration: integration.name },
          integration.name,
        )
        return true
      }
    }
    if (copy === undefined) {
      let isTraced = false
      const take = (module: LoadedModule): void => {
        const patched = patch(module.exports, module)
        if (knownPackage(module.package)?.companion) return
        if (patched && !isTraced) {
          isTraced = true
          suppressOthers(integration.name, patches)
        }
        const late = patched ? undefined : integration.lateReason?.(module.exports)
        noteOutcome(integration.name, module, patched, late !== undefined)
        if (late !== undefined) sayLate(integration.name, module, late)
        else if (!patched && isPrincipal(module)) sayUnsupported(integration.name, module)
      }
      patches.onUndo(watchModules(packages, take))
    } else if (patch(copy)) {
      noteOutcome(
        integration.name,
        { package: packages[0] ?? integration.name, subpath: '.', exports: copy },
        true,
      )
    } else {
      diagnose(
        'warn',
        'TS_INSTRUMENT_UNKNOWN',
        `The value that was passed to instrument ${integration.name} is not one of its modules, classes or clients; nothing was changed. Pass what you import from "${names.join('" or "')}".`,
        { integration: integration.name },
        integration.name,
      )
    }
    return () => patches.undo()
  }
}

/** Whether there must be something to patch in it: other modules of a package may have nothing. */
const isPrincipal = (module: LoadedModule): boolean =>
  knownPackage(module.package)?.subpaths[0] === module.subpath

function sayUnsupported(name: string, { package: packageName, version, file }: LoadedModule): void {
  const oldest = knownPackage(packageName)?.oldest
  diagnoseOnce(
    'warn',
    'TS_INSTRUMENT_UNSUPPORTED',
    `The program loaded ${packageName} ${version ?? 'of an unknown version'}${file === undefined ? '' : ` (${file})`}, in which turnspan finds nothing to instrument: its calls are not traced. turnspan supports ${packageName} ${oldest} or newer; if this version is one of these, please report it.`,
    { integration: name, package: packageName, ...(version !== undefined && { version }) },
    `${packageName} ${file}`,
  )
}

function sayLate(name: string, { package: packageName, file }: LoadedModule, reason: string): void {
  diagnoseOnce(
    'warn',
    'TS_INSTRUMENT_LATE',
    `${packageName}${file === undefined ? '' : ` (${file})`} was loaded before turnspan could change it: ${reason}.`,
    { integration: name, package: packageName },
    `${packageName} ${file}`,
  )
}
