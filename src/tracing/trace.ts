import { readEach } from '../runtime/read-property.ts'
import { checkKeys, KEYS, optionsOr, sayNotTraced } from './misuse.ts'
import { decorateLegacy, decorateStandard, isDecoratorContext } from './trace-decorator.ts'
import { type AnyMethod, type TraceOptions, tracedFunction } from './traced-function.ts'

export type { AnyMethod, ResponseIdOf, TraceOptions } from './traced-function.ts'

/**
 * A decorator of methods and accessors, for TypeScript 5's standard decorators and for `experimentalDecorators`; and, for
 * the standard ones, of fields and `accessor` fields that hold a function.
 */
export interface TraceDecorator {
  // biome-ignore lint/suspicious/noExplicitAny: the class may be any
  <F extends AnyMethod>(method: F, context: ClassMethodDecoratorContext<any, F>): F
  <This, F extends AnyMethod>(
    field: undefined,
    context: ClassFieldDecoratorContext<This, F>,
  ): (this: This, initial: F) => F
  <This, Value>(
    getter: (this: This) => Value,
    context: ClassGetterDecoratorContext<This, Value>,
  ): (this: This) => Value
  <This, Value>(
    setter: (this: This, value: Value) => void,
    context: ClassSetterDecoratorContext<This, Value>,
  ): (this: This, value: Value) => void
  <This, F extends AnyMethod>(
    accessor: ClassAccessorDecoratorTarget<This, F>,
    context: ClassAccessorDecoratorContext<This, F>,
  ): ClassAccessorDecoratorResult<This, F>
  <T>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): TypedPropertyDescriptor<T>
}

/** The type of {@link trace}: a wrapper in both argument orders, and a decorator. */
export interface Trace extends TraceDecorator {
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
   * The same with the options first, for a long function.
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
 * `captureContent`). The function keeps its type, `this`, `name`, `length`, properties, prototype and the metadata of
 * `reflect-metadata`, and can be called with `new` if it could be before; what it returns or throws is passed on
 * unchanged. The span ends when the work does: when the promise settles, or the generator or stream is consumed, fails
 * or is abandoned.
 *
 * As a decorator it can be put on methods, including static and private ones, on getters and setters (one span for each
 * access), and, with standard decorators, on fields and `accessor` fields that hold a function.
 *
 * @throws TypeError when it is put on a class, or with `experimentalDecorators` on a field
 * @example
 * const search = trace(async (query: string) => index.find(query), { name: 'search', spanType: SpanType.RETRIEVER })
 *
 * class Agent {
 *   \@trace({ spanType: SpanType.AGENT })
 *   async answer(question: string) { ... }
 * }
 */
export const trace: Trace = ((first?: unknown, second?: unknown, ...more: unknown[]): unknown => {
  if (isDecoratorContext(second)) return decorateStandard(first, second, {})
  // A decorator of this kind gets a descriptor, or for a field `undefined`.
  if (more.length > 0 && isKey(second)) return decorateLegacy(second, more[0], {})
  if (typeof first === 'function') {
    // The last is `functions.map(trace)`.
    const none = typeof second === 'number' && Array.isArray(more[0])
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
  return (target: unknown, context: unknown, descriptor?: unknown): unknown =>
    isDecoratorContext(context)
      ? decorateStandard(target, context, given)
      : decorateLegacy(isKey(context) ? context : undefined, descriptor, given)
}

const isKey = (value: unknown): value is string | symbol =>
  typeof value === 'string' || typeof value === 'symbol'

function wrap(fn: AnyMethod, given: TraceOptions): AnyMethod {
  if (isClass(fn)) {
    throw new TypeError(`trace takes a function or a method, not the class ${fn.name}; decorate its methods.`)
  }
  return tracedFunction(fn, given)
}

const OPTIONS = [
  'name',
  'spanType',
  'attributes',
  'sampleRatio',
  'responseId',
  'nest',
  'captureInputs',
  'captureOutputs',
  'outputReducer',
] as const satisfies readonly (keyof TraceOptions)[]

/** A copy of what was given, so that each call is traced by the same options. */
function optionsOf(options: unknown): TraceOptions {
  const given = optionsOr<TraceOptions>('trace()', options, 'name')
  checkKeys(KEYS.trace, given)
  const read = Object.entries(readEach(given, OPTIONS))
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

const isClass = (fn: unknown): boolean => /^class\b/.test(Function.prototype.toString.call(fn))
