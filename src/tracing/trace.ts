import { currentPipeline } from '../delivery/current.ts'
import { readProperty } from '../span/attribute-values.ts'
import type { OutputReducer } from './collected-items.ts'
import { inputsOf } from './inputs-of.ts'
import { checkKeys, KEYS, optionsOr, sayNotTraced } from './misuse.ts'
import { activeContext, openSpan, type SpanOptions, textOr, tracingIn } from './open-span.ts'
import { runToEnd } from './outcome.ts'

/** Options of {@link trace}. */
export interface TraceOptions extends Omit<SpanOptions, 'inputs' | 'links'> {
  /** Record the arguments as inputs, by parameter name. Default: true. */
  captureInputs?: boolean | undefined
  /** Record the result as outputs. Default: true. */
  captureOutputs?: boolean | undefined
  /** Folds the items of a returned stream to what is recorded; without it they are recorded as a list. */
  outputReducer?: OutputReducer | undefined
}

/** Any method: what a {@link TraceDecorator} takes, and gives back with its type unchanged. */
// biome-ignore lint/suspicious/noExplicitAny: any method can be decorated
export type AnyMethod = (this: any, ...args: any[]) => any

/** A method decorator, for TypeScript 5's standard decorators and for `experimentalDecorators`. */
export interface TraceDecorator {
  // biome-ignore lint/suspicious/noExplicitAny: the class may be any
  <F extends AnyMethod>(method: F, context: ClassMethodDecoratorContext<any, F>): F
  <F extends AnyMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>
}

/** The type of {@link trace}: a wrapper in both argument orders, and a decorator. */
export interface Trace {
  /**
   * Traces `fn`: each call becomes a span with the arguments as inputs and the result as outputs.
   *
   * @param fn - any function; a class's methods are decorated instead
   * @returns a function of the same type, with the same `name`, `length` and properties
   * @example
   * const search = trace(async (query: string) => index.find(query), { name: 'search' })
   */
  // `Function` instead of a signature: a signature would give an inline function contextual types, and lose its own.
  // biome-ignore lint/complexity/noBannedTypes: see above
  <F extends Function>(fn: F, options?: TraceOptions): F
  /**
   * The same with the options first, where the function is long.
   *
   * @example
   * const search = trace({ name: 'search' }, async (query: string) => {
   *   return index.find(query)
   * })
   */
  // biome-ignore lint/complexity/noBannedTypes: see above
  <F extends Function>(options: TraceOptions, fn: F): F
  /**
   * A decorator for methods, of TypeScript 5 and of `experimentalDecorators`: each call of the method becomes a span.
   *
   * @example
   * class Agent {
   *   \@trace({ spanType: SpanType.AGENT })
   *   async answer(question: string) { ... }
   * }
   */
  (options?: TraceOptions): TraceDecorator
}

/**
 * Traces a function: each call becomes a span with the arguments as inputs and the result as outputs (with
 * `captureContent`). The function keeps its type, `this`, `name` and `length`; what it returns or throws comes
 * through unchanged. The span ends when the work does: when the promise settles, or the generator or stream is
 * consumed, fails or is given up.
 *
 * @throws TypeError when it is put on something that is not a function or method
 * @example
 * const search = trace(async (query: string) => index.find(query), { name: 'search', spanType: SpanType.RETRIEVER })
 *
 * class Agent {
 *   \@trace({ spanType: SpanType.AGENT })
 *   async answer(question: string) { ... }
 * }
 */
export const trace: Trace = ((first?: unknown, second?: unknown, third?: unknown): unknown => {
  if (isDescriptor(third)) return decorateLegacy(third, {}, second as PropertyKey)
  if (typeof first === 'function') {
    // The last is `functions.map(trace)`.
    const none = isMethodContext(second) || (typeof second === 'number' && Array.isArray(third))
    return wrap(first as AnyMethod, none ? {} : optionsOf(second))
  }
  if (typeof second === 'function') return wrap(second as AnyMethod, optionsOf(first))
  if (!mayBeOptions(first)) {
    sayNotTraced(first)
    return first
  }
  return decorator(optionsOf(first))
}) as Trace

function decorator(given: TraceOptions): unknown {
  return (target: unknown, context: unknown, descriptor?: unknown): unknown => {
    if (isDescriptor(descriptor)) return decorateLegacy(descriptor, given, context as PropertyKey)
    if (typeof target === 'function' && isMethodContext(context)) return wrap(target as AnyMethod, given)
    throw new TypeError('@trace goes on a method; on a property, accessor or class it has nothing to trace.')
  }
}

function decorateLegacy(
  descriptor: PropertyDescriptor,
  given: TraceOptions,
  key: PropertyKey,
): PropertyDescriptor {
  const name = given.name ?? (typeof key === 'symbol' ? key.description : String(key))
  return { ...descriptor, value: wrap(descriptor.value as AnyMethod, { ...given, ...(name && { name }) }) }
}

function wrap(fn: AnyMethod, given: TraceOptions): AnyMethod {
  if (isClass(fn))
    throw new TypeError(`trace takes a function or a method, not the class ${fn.name}; decorate its methods.`)
  const name = textOr(given.name, nameOf(fn))
  const traced: AnyMethod = function (this: unknown, ...args: unknown[]): unknown {
    if (currentPipeline() === undefined) return Reflect.apply(fn, this, args)
    const context = activeContext()
    const pipeline = tracingIn(context)
    if (pipeline === undefined) return Reflect.apply(fn, this, args)
    const span = openSpan(pipeline, context, { ...given, name })
    if (given.captureInputs !== false && span.wantsContent) span.setInputs(inputsOf(fn, args))
    return runToEnd(span, context, () => Reflect.apply(fn, this, args), given, fn)
  }
  try {
    return imitate(traced, fn)
  } catch {
    // A proxy that refuses to be looked at can still be called.
    return traced
  }
}

function nameOf(fn: AnyMethod): string {
  const name = readProperty(fn, 'name')
  return typeof name === 'string' ? textOr(name.replace(/^(bound )+/, ''), 'anonymous') : 'anonymous'
}

/** Gives `traced` what can be seen of `fn`: name, length, own properties, and what kind of function it is. */
function imitate(traced: AnyMethod, fn: AnyMethod): AnyMethod {
  for (const key of Reflect.ownKeys(fn)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue
    const descriptor = Object.getOwnPropertyDescriptor(fn, key)
    if (descriptor !== undefined) Object.defineProperty(traced, key, descriptor)
  }
  Object.setPrototypeOf(traced, Object.getPrototypeOf(fn) as object)
  return traced
}

const OPTIONS = [
  'name',
  'spanType',
  'attributes',
  'sampleRatio',
  'captureInputs',
  'captureOutputs',
  'outputReducer',
] as const satisfies readonly (keyof TraceOptions)[]

/** A copy of what was given, so that each call is traced by the same options. */
function optionsOf(options: unknown): TraceOptions {
  const given = optionsOr<TraceOptions>('trace()', options, 'name')
  checkKeys(KEYS.trace, given)
  const read = OPTIONS.map((key) => [key, readProperty(given, key)])
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

/** Whether `given` is something that options are written as: no promise, no list, no instance of a class. */
function mayBeOptions(given: unknown): boolean {
  if (given === undefined) return true
  if (typeof given !== 'object' || given === null) return false
  try {
    if (Array.isArray(given)) return false
    const prototype = Object.getPrototypeOf(given) as object | null
    // Options of another realm have another `Object.prototype`, above which there is nothing.
    return prototype === null || Object.getPrototypeOf(prototype) === null
  } catch {
    return true
  }
}

function isMethodContext(value: unknown): boolean {
  return readProperty(value, 'kind') === 'method' && readProperty(value, 'addInitializer') !== undefined
}

function isDescriptor(value: unknown): value is PropertyDescriptor {
  return typeof readProperty(value, 'value') === 'function'
}

function isClass(fn: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn))
}
