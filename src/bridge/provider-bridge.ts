import type { TracerProvider } from '@opentelemetry/api'
import { type Api, apiCopies, apiCopyCount, forEachApiCopy } from '../runtime/api-copies.ts'
import { findApplicationApi } from '../runtime/application-api.ts'
import { offerContexts, withdrawContexts } from '../runtime/async-context.ts'
import { offerPropagator, withdrawPropagator } from '../runtime/offered-propagator.ts'
import { apiGlobals } from '../runtime/otel-context.ts'
import { processWide } from '../runtime/registry.ts'
import type { StartMirrorSpan } from '../tracer/begin-span.ts'
import { sharedPipeline } from '../tracer/current.ts'
import { isApart, setApart } from './apart.ts'
import { attachProvider } from './attach-provider.ts'
import { createOwnProvider } from './own-provider.ts'

/** The slice of the API's stand-in for the provider that an application may register; every copy of the API has one. */
interface Proxy extends TracerProvider {
  getDelegate?: () => TracerProvider
  setDelegate?: (delegate: TracerProvider) => void
}

interface State {
  /** What stands behind each copy of the API while nobody has registered a provider, by its trace API. */
  readonly owns: WeakMap<object, TracerProvider>
  /** All of these. */
  readonly own: WeakSet<object>
  /** Proxies whose `setDelegate` we hear. */
  readonly watched: WeakSet<object>
  /** Where ours stand, if they stand behind every copy of the API. */
  places: readonly Place[] | undefined
}

let known: State | undefined

function state(): State {
  known ??= processWide('provider-bridge', () => ({
    owns: new WeakMap<object, TracerProvider>(),
    own: new WeakSet<object>(),
    watched: new WeakSet<object>(),
    places: undefined,
  }))
  return known
}

/**
 * Finds the application's OpenTelemetry: attaches to its provider, or stands in while there is none, for every copy of the API.
 * Nothing is registered, so that the application can still register its own, then or later; when it does, we attach to it.
 */
export function attachProviders(): void {
  findApplicationApi()
  setApart(false)
  offerContexts()
  offerPropagator()
  forEachApiCopy('stand-in', standIn)
  attachCurrentProvider()
}

/** Leaves the application's OpenTelemetry alone from now on. */
export function detachProviders(): void {
  setApart(false)
  withdrawContexts()
  withdrawPropagator()
}

/**
 * Looks what is registered now.
 *
 * @returns how to start turnspan's spans in the application's provider too
 */
export function attachCurrentProvider(): StartMirrorSpan | undefined {
  if (isStandingIn()) return undefined
  const external = externalProvider()
  if (external !== undefined) return attachTo(external)
  keepTogether(true)
  for (const copy of apiCopies()) standIn(copy)
  state().places = placesOf(apiCopies())
  return undefined
}

/** A copy of the API, and its proxy while we stand behind it. */
interface Place {
  readonly api: object
  readonly proxy: Proxy
}

function placesOf(copies: Iterable<Api>): readonly Place[] | undefined {
  const places: Place[] = []
  const { own, watched } = state()
  for (const copy of copies) {
    const proxy = ownProxyOf(copy)
    const behind = proxy?.getDelegate?.()
    if (proxy === undefined || behind === undefined || !own.has(behind) || !watched.has(proxy))
      return undefined
    places.push({ api: copy.trace, proxy })
  }
  return places
}

/**
 * Whether all is as it was when ours were put behind every copy of the API, which each span that begins asks. Of whoever
 * sets another delegate we hear, and `disable` makes a proxy of its own.
 */
function isStandingIn(): boolean {
  const { places } = state()
  if (places === undefined || isApart() || places.length !== apiCopyCount()) return false
  if (apiGlobals()?.trace !== undefined) return false
  for (const { api, proxy } of places) if ((api as ProxyHolder)._proxyTracerProvider !== proxy) return false
  return true
}

function attachTo(external: TracerProvider): StartMirrorSpan | undefined {
  const { mirror } = attachProvider(external)
  keepTogether(mirror !== undefined)
  return mirror
}

function keepTogether(together: boolean): void {
  if (isApart() !== together) return
  setApart(!together)
  if (together) offerContexts()
  else withdrawContexts()
}

/** The provider that the application registered; `undefined` while there is none but ours. */
export function externalProvider(): TracerProvider | undefined {
  const registered = apiGlobals()?.trace as Proxy | undefined
  if (registered !== undefined) return externalBehind(registered)
  // Somebody may have put a provider behind the API as we do.
  for (const copy of apiCopies()) {
    const proxy = proxyOf(copy)
    const external = proxy && externalBehind(proxy)
    if (external !== undefined) return external
  }
  return undefined
}

function externalBehind(proxy: Proxy): TracerProvider | undefined {
  const { own } = state()
  if (typeof proxy.getDelegate !== 'function') return own.has(proxy) ? undefined : proxy
  const real = proxy.getDelegate()
  return own.has(real) || real === noopOf(proxy) ? undefined : real
}

function ownFor(copy: Api): TracerProvider {
  const { owns, own } = state()
  const known = owns.get(copy.trace)
  if (known !== undefined) return known
  const made = createOwnProvider(() => successorOf(copy))
  owns.set(copy.trace, made)
  own.add(made)
  return made
}

/**
 * Who takes the spans of that copy's tracers in our place: the provider that the application registered; nobody, `null`,
 * where we cannot attach to it and OpenTelemetry itself keeps the copy from it, by its version.
 */
function successorOf({ trace }: Api): TracerProvider | null | undefined {
  const external = externalProvider()
  if (external === undefined || sharedPipeline() === undefined) return external
  attachTo(external)
  if (!isApart()) return external
  return trace.getTracerProvider() === apiGlobals()?.trace ? external : null
}

let noops: WeakMap<object, TracerProvider> | undefined

/** The no-op of the API copy that `proxy` is of, which is what stands there while nobody has registered anything. */
function noopOf(proxy: Proxy): TracerProvider | undefined {
  noops ??= new WeakMap()
  const make = proxy.constructor as new () => Proxy
  const known = noops.get(make)
  if (known !== undefined) return known
  try {
    const noop = new make().getDelegate?.()
    if (noop !== undefined) noops.set(make, noop)
    return noop
  } catch {
    return undefined
  }
}

/**
 * The proxy of that copy. It is behind the tracers that were fetched from the copy before anybody registered a provider,
 * also when that was done by another copy.
 */
function proxyOf({ trace }: Api): Proxy | undefined {
  const proxy = ownProxyOf({ trace }) ?? (trace.getTracerProvider() as Proxy)
  return typeof proxy.setDelegate === 'function' && typeof proxy.getDelegate === 'function'
    ? proxy
    : undefined
}

/** Where a copy of the API keeps its proxy. */
interface ProxyHolder {
  readonly _proxyTracerProvider?: Proxy
}

const ownProxyOf = ({ trace }: Pick<Api, 'trace'>): Proxy | undefined =>
  (trace as unknown as ProxyHolder)._proxyTracerProvider

/**
 * Puts ours behind that copy of the API, where nothing is. Its tracers reach us then; and the provider that another copy
 * has registered, or will, is reached through ours.
 */
function standIn(copy: Api): void {
  const proxy = proxyOf(copy)
  if (proxy === undefined) return
  const behind = proxy.getDelegate?.()
  if (behind === undefined || state().own.has(behind)) return
  if (behind !== noopOf(proxy) || sharedPipeline() === undefined || successorOf(copy) === null) return
  proxy.setDelegate?.(ownFor(copy))
  watch(proxy)
}

/** Notices the moment in which the application registers, so that its very next span reaches us. */
function watch(proxy: Proxy): void {
  const { own, watched } = state()
  const { setDelegate } = proxy
  if (setDelegate === undefined || watched.has(proxy)) return
  watched.add(proxy)
  Object.defineProperty(proxy, 'setDelegate', {
    configurable: true,
    writable: true,
    value(delegate: TracerProvider): void {
      state().places = undefined
      Reflect.apply(setDelegate, proxy, [delegate])
      if (sharedPipeline() !== undefined && !own.has(delegate)) attachTo(delegate)
    },
  })
}
