import { diagnose } from '../../runtime/diagnostics.ts'
import { messageOf } from '../../runtime/errors.ts'
import { takeCopies } from './copies.ts'
import { createPatches, type Patches } from './patch.ts'

/** Takes an instrumentation back: every method is again the one that it was. */
export type Uninstrument = () => void

/** What an integration is. */
export interface Integration<Options> {
  /** Its subpath: `openai` of `turnspan/openai`. */
  readonly name: string
  /** Modules that it patches, as they are imported; `copy` below is one of their exports. */
  readonly modules: readonly string[]
  /**
   * Patches one copy of a module. It must find what it patches by shape, leave alone what it does not know, and work
   * for the exports of each of `modules`, for an export of these (a class), and for an instance of it.
   *
   * @returns whether there was something to patch
   */
  patch(copy: unknown, patches: Patches, options: Options): boolean
}

/**
 * Makes the function that an integration exports. Called with nothing, it instruments the copies that the application
 * has loaded and will load; called with a copy (the exports, a class or a client), that one: for bundled applications,
 * whose modules nobody can find from outside.
 */
export function createInstrument<Options extends object>(
  integration: Integration<Options>,
): (copy?: unknown, options?: Options) => Uninstrument {
  return (copy, options) => {
    const patches = createPatches(integration.name)
    const settings = options ?? ({} as Options)
    const patch = (given: unknown): boolean => {
      try {
        return integration.patch(given, patches, settings)
      } catch (thrown) {
        diagnose(
          'warn',
          'TS_INSTRUMENT_FAILED',
          `${integration.name} could not be instrumented (${messageOf(thrown)}); it works as it does without turnspan. Please report its version.`,
          { integration: integration.name },
          integration.name,
        )
        return true
      }
    }
    if (copy === undefined) {
      for (const module of integration.modules) takeCopies(module, patches, patch)
    } else if (!patch(copy)) {
      diagnose(
        'warn',
        'TS_INSTRUMENT_UNKNOWN',
        `What was given to instrument ${integration.name} is none of its modules, classes or clients; nothing was changed. Pass what you import from "${integration.modules.join('" or "')}".`,
        { integration: integration.name },
        integration.name,
      )
    }
    return () => patches.undo()
  }
}
