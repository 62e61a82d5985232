import { offerAiSdkTelemetry } from '../integrations/ai/offer.ts'
import type { LoadedModule } from '../modules/arrivals.ts'
import { KNOWN_INTEGRATIONS, type KnownIntegration, traced } from '../modules/known-packages.ts'
import { forgetOutcomes } from '../modules/outcomes.ts'
import { watchModules } from '../modules/watch-modules.ts'
import { diagnose, diagnoseOnce } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { realTime } from '../runtime/real-time.ts'
import { processWide } from '../runtime/registry.ts'
import { type InstrumentationState, statesOf } from './instrumentation-states.ts'
import { loadIntegration } from './load-integration.ts'
import { watchUntracedRequests } from './untraced-requests.ts'

/** One of the known ones, or a function that instruments and returns what undoes it. */
type Chosen = KnownIntegration | (() => unknown)

interface State {
  /** What undoes each one that is on, by its name or by the function that was given. */
  readonly on: Map<unknown, () => void>
  /** Names that the program asked for itself. */
  named: ReadonlySet<string>
  stopWatching: (() => void) | undefined
}

const state = (): State =>
  processWide('instrumentations', (): State => ({ on: new Map(), named: new Set(), stopWatching: undefined }))

/**
 * Switches on what `wanted` says, and off what an earlier call switched on and this one does not want. `'auto'` are
 * all of them: each waits, without having been loaded, until the program loads a package of its own. Never throws.
 */
export function applyInstrumentations(wanted: 'auto' | false | readonly unknown[]): void {
  const current = state()
  const chosen = new Map(choose(wanted).map((one): [unknown, Chosen] => [keyOf(one), one]))
  for (const [key, undo] of [...current.on]) {
    if (chosen.has(key)) continue
    current.on.delete(key)
    attempt(undo, nameOf(key))
    forgetOutcomes(String(key))
  }
  for (const [key, one] of chosen) {
    if (current.on.has(key)) continue
    const undo = attempt(typeof one === 'function' ? one : () => switchOn(one), nameOf(key))
    if (undo !== FAILED)
      current.on.set(key, typeof undo === 'function' ? (undo as () => void) : () => undefined)
  }
  const known = [...chosen.values()].filter((one) => typeof one !== 'function')
  current.named = new Set(wanted === 'auto' ? [] : known.map(({ name }) => name))
  watch(known)
}

/**
 * The current state of each copy of each package, for all integrations that are switched on.
 *
 * @example
 * for (const { package: name, version, state } of instrumentations()) console.log(name, version, state)
 */
export function instrumentations(): readonly InstrumentationState[] {
  const { on, named } = state()
  return statesOf(new Set([...on.keys()].map(String)), named)
}

/** What an integration promised and does not do is said, however it came about. */
function watch(known: readonly KnownIntegration[]): void {
  const current = state()
  current.stopWatching?.()
  current.stopWatching = undefined
  if (known.length === 0) return
  const stop = watchUntracedRequests(known.map(({ name }) => name))
  let watching = true
  // What is handed over by the program itself comes with its next lines.
  try {
    realTime.soon(() => {
      if (watching) sayMissing()
    })
  } catch {
    // Workers have no timers outside of a request.
  }
  current.stopWatching = () => {
    watching = false
    stop()
  }
}

/** Of what the program named, says what is nowhere to be found. */
function sayMissing(): void {
  const { named } = state()
  for (const { name, package: packageName, state: found } of instrumentations()) {
    if (found !== 'not found' || !named.has(name)) continue
    diagnoseOnce(
      'warn',
      'TS_INSTRUMENT_NOT_FOUND',
      `Option "instrumentations" names "${name}", but the package ${packageName} is not installed where the program's files resolve it, and nothing has loaded it. It is traced if it is loaded from elsewhere; in a bundled application, pass it to instrument() of turnspan/instrument (see docs/integrations/README.md).`,
      { name, package: packageName },
      name,
    )
  }
}

const keyOf = (one: Chosen): unknown => (typeof one === 'function' ? one : one.name)

const nameOf = (key: unknown): string =>
  typeof key === 'function' ? key.name || 'that was given as a function' : `"${String(key)}"`

const FAILED: unique symbol = Symbol('failed')

function attempt(work: () => unknown, name: string): unknown {
  try {
    return work()
  } catch (thrown) {
    sayFailed(name, thrown)
    return FAILED
  }
}

function sayFailed(name: string, thrown: unknown): void {
  diagnose(
    'warn',
    'TS_INSTRUMENT_FAILED',
    `The instrumentation ${name.slice(0, 60)} could not be switched on or off (${messageOf(thrown)}); the code that it would trace works as it does without turnspan. In a bundled application, call instrument() yourself (see docs/integrations/README.md).`,
    { name: name.slice(0, 60) },
    name,
  )
}

function choose(wanted: 'auto' | false | readonly unknown[]): readonly Chosen[] {
  if (wanted === false) return []
  if (wanted === 'auto') return KNOWN_INTEGRATIONS
  return wanted.flatMap((one): Chosen[] => {
    if (typeof one === 'function') return [one as () => unknown]
    const known = KNOWN_INTEGRATIONS.find(({ name }) => name === one)
    if (known === undefined) complainOf(one)
    return known === undefined ? [] : [known]
  })
}

function complainOf(one: unknown): void {
  diagnose(
    'warn',
    'TS_INSTRUMENT_UNKNOWN',
    `Option "instrumentations" takes functions and these names: ${KNOWN_INTEGRATIONS.map(({ name }) => name).join(', ')}; ${
      typeof one === 'string' ? JSON.stringify(one.slice(0, 60)) : `an entry of type ${typeof one}`
    } is left out.`,
    {},
    String(one).slice(0, 60),
  )
}

/** Waits for the first module of its packages, and has the integration take this one and all that follow. */
function switchOn(known: KnownIntegration): () => void {
  const { name } = known
  const names = traced(known.packages).map((one) => one.name)
  let on = true
  let undo: (() => void) | undefined
  let stopWaiting: (() => void) | undefined
  const start = (module?: LoadedModule): void => {
    if (undo !== undefined || !on) return
    undo = () => undefined
    loadIntegration(
      known,
      module,
      (instrument) => {
        if (!on) return
        undo = instrument()
        stopWaiting?.()
      },
      (thrown) => sayFailed(`"${name}"`, thrown),
    )
  }
  const withdraw = name === 'ai' ? offerAiSdkTelemetry(() => start()) : undefined
  const stop = watchModules(names, start)
  if (undo === undefined) stopWaiting = stop
  else stop()
  return () => {
    on = false
    stop()
    withdraw?.()
    undo?.()
  }
}
