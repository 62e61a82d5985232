import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { readProperty } from '../runtime/read-property.ts'
import { type AnyMethod, type TraceOptions, tracedFunction } from './traced-function.ts'

/** What a standard decorator is told. */
interface DecoratorContext {
  readonly kind: string
  readonly name: string | symbol
}

/** Whether `value` is what a standard decorator gets as its second argument. */
export function isDecoratorContext(value: unknown): value is DecoratorContext {
  return (
    typeof value === 'object' &&
    typeof readProperty(value, 'kind') === 'string' &&
    readProperty(value, 'addInitializer') !== undefined
  )
}

/** TypeScript 5's decorators, those of the language. */
export function decorateStandard(target: unknown, context: DecoratorContext, given: TraceOptions): unknown {
  const { kind, name } = context
  if (kind === 'method' && typeof target === 'function') return tracedFunction(target as AnyMethod, given)
  const options = named(given, name)
  if ((kind === 'getter' || kind === 'setter') && typeof target === 'function') {
    return tracedFunction(target as AnyMethod, options)
  }
  const initial = (value: unknown): unknown => tracedValue(value, name, options)
  if (kind === 'field') return initial
  if (kind === 'accessor') return { init: initial }
  throw refusal()
}

/** A descriptor as Babel hands it to the decorator of a field. */
interface Initialised extends PropertyDescriptor {
  initializer?: (this: unknown) => unknown
}

/** The decorators of `experimentalDecorators`. Those of fields are called before there is a value. */
export function decorateLegacy(
  key: string | symbol | undefined,
  descriptor: unknown,
  given: TraceOptions,
): PropertyDescriptor {
  if (key === undefined || typeof descriptor !== 'object' || descriptor === null) throw refusal(key)
  const { value, get, set, initializer } = descriptor as Initialised
  const options = named(given, key)
  const wrapped = (fn: unknown): AnyMethod => tracedFunction(fn as AnyMethod, options)
  if (typeof value === 'function') return { ...(descriptor as PropertyDescriptor), value: wrapped(value) }
  if (typeof initializer === 'function') {
    const initial = function (this: unknown): unknown {
      return tracedValue(Reflect.apply(initializer, this, []), key, options)
    }
    return { ...(descriptor as Initialised), initializer: initial } as PropertyDescriptor
  }
  if (typeof get !== 'function' && typeof set !== 'function') throw refusal(key)
  return {
    ...(descriptor as PropertyDescriptor),
    ...(get && { get: wrapped(get) }),
    ...(set && { set: wrapped(set) }),
  }
}

function named(given: TraceOptions, key: string | symbol): TraceOptions {
  const name = given.name ?? (typeof key === 'symbol' ? key.description : key)
  return name ? { ...given, name } : given
}

function tracedValue(value: unknown, key: string | symbol, options: TraceOptions): unknown {
  if (typeof value === 'function') return tracedFunction(value as AnyMethod, options)
  diagnoseOnce(
    'warn',
    'TS_TRACE_FIELD',
    `@trace is on the field ${String(key)}, whose value is not a function, so nothing is traced. Put the decorator on a field that holds a function, or on a method.`,
    {},
    String(key),
  )
  return value
}

function refusal(key?: string | symbol): TypeError {
  return new TypeError(
    key === undefined
      ? '@trace goes on a method, an accessor or a field that holds a function, not on a class: decorate its methods.'
      : `@trace cannot be put on the field ${String(key)} with experimentalDecorators, which call it before there is a value. Write ${String(key)} = trace(...), or make it a method.`,
  )
}
