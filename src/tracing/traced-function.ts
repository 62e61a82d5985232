import type { Context } from '@opentelemetry/api'
import { diagnose } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { readProperty } from '../runtime/read-property.ts'
import type { LiveSpan } from '../span/live-span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import type { SpanOptions } from '../tracer/span-options.ts'
import type { OutputReducer } from './collected-items.ts'
import { shareMetadata } from './function-metadata.ts'
import { inputsOf } from './inputs-of.ts'
import { openSpan, textOr } from './open-span.ts'
import { begin, type Running, returned, runInside, threw } from './outcome.ts'

/** Options of {@link trace}. */
export interface TraceOptions extends Omit<SpanOptions, 'inputs' | 'links' | 'responseId'> {
  /**
   * `resp_<hex>`, or a function that returns it from the arguments of a call. The call becomes the root of the trace
   * whose ID this response ID gives, as in `withSpan`.
   */
  responseId?: string | ResponseIdOf | undefined
  /** Record the arguments as inputs, by parameter name. Default: true. */
  captureInputs?: boolean | undefined
  /** Record the result as outputs. Default: true. */
  captureOutputs?: boolean | undefined
  /** Reduces the items of a returned stream to the value that is recorded; without it, they are recorded as a list. */
  outputReducer?: OutputReducer | undefined
}

/** Finds the response ID of a call in its arguments. It is called before the function. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any function
export type ResponseIdOf = (...args: any[]) => string | undefined

/** Any method: what a {@link TraceDecorator} takes, and gives back with its type unchanged. */
// biome-ignore lint/suspicious/noExplicitAny: any method can be decorated
export type AnyMethod = (this: any, ...args: any[]) => any

/** A function that traces each call of `fn`, and is otherwise what `fn` is. */
export function tracedFunction(fn: AnyMethod, given: TraceOptions): AnyMethod {
  const named = { ...given, name: textOr(given.name, nameOf(fn)) }
  const traced = isConstructor(fn) ? tracedConstructor(fn, named) : tracedMethod(fn, named)
  try {
    imitate(traced, fn)
    shareMetadata(fn, traced)
  } catch {
    // A proxy that refuses to be looked at can still be called.
  }
  return traced
}

/** What can be called with `new` is a function with a prototype. */
function tracedConstructor(fn: AnyMethod, given: TraceOptions): AnyMethod {
  return function traced(this: unknown, ...args: unknown[]): unknown {
    const running = begin(open, given, { fn, args })
    if (new.target !== undefined) {
      // Instances are those of `fn`, and a subclass has its own.
      return constructed(running, fn, args, new.target === traced ? fn : new.target)
    }
    if (running === undefined) return Reflect.apply(fn, this, args)
    if (!running.isActive) return runInside(running, fn, this, args)
    try {
      return returned(running, fn, Reflect.apply(fn, this, args))
    } catch (thrown) {
      throw threw(running, thrown)
    }
  }
}

function constructed(
  running: Running | undefined,
  fn: AnyMethod,
  args: readonly unknown[],
  target: AnyMethod,
): unknown {
  const construct: AnyMethod = () => Reflect.construct(fn, args, target)
  return running === undefined ? construct() : runInside(running, construct, undefined, [])
}

/** Methods, arrows and async functions have no prototype: some look at that to tell what is a class. */
function tracedMethod(fn: AnyMethod, given: TraceOptions): AnyMethod {
  return {
    traced(this: unknown, ...args: unknown[]): unknown {
      const running = begin(open, given, { fn, args })
      if (running === undefined) return Reflect.apply(fn, this, args)
      if (!running.isActive) return runInside(running, fn, this, args)
      try {
        return returned(running, fn, Reflect.apply(fn, this, args))
      } catch (thrown) {
        throw threw(running, thrown)
      }
    },
  }.traced
}

interface TracedCall {
  readonly fn: AnyMethod
  readonly args: readonly unknown[]
}

function open(pipeline: Pipeline, context: Context, given: TraceOptions, { fn, args }: TracedCall): LiveSpan {
  const { responseId } = given
  // Most calls have the same options each time.
  const options =
    typeof responseId === 'function' ? { ...given, responseId: askFor(responseId, args) } : given
  const span = openSpan(pipeline, context, options as SpanOptions)
  try {
    if (given.captureInputs !== false && span.wantsContent) span.setInputs(inputsOf(fn, args))
  } catch {
    // The end of the stack: the span has begun, and says less.
  }
  return span
}

function askFor(responseId: ResponseIdOf, args: readonly unknown[]): string | undefined {
  try {
    return responseId(...args)
  } catch (thrown) {
    diagnose(
      'warn',
      'TS_RESPONSE_ID',
      `The function given to trace() as responseId threw (${messageOf(thrown)}); the call is traced without a response ID.`,
      {},
    )
    return undefined
  }
}

function isConstructor(fn: AnyMethod): boolean {
  try {
    // Looks for [[Construct]] without a call: the class made here is thrown away.
    Reflect.construct(Object, [], fn)
    return true
  } catch {
    return false
  }
}

function nameOf(fn: AnyMethod): string {
  const name = readProperty(fn, 'name')
  return typeof name === 'string' ? textOr(name.replace(/^(bound )+/, ''), 'anonymous') : 'anonymous'
}

/** Gives `traced` what can be seen of `fn`: name, length, own properties, and what kind of function it is. */
function imitate(traced: AnyMethod, fn: AnyMethod): void {
  for (const key of Reflect.ownKeys(fn)) {
    if (key === 'arguments' || key === 'caller') continue
    const descriptor = Object.getOwnPropertyDescriptor(fn, key)
    if (descriptor !== undefined) Reflect.defineProperty(traced, key, descriptor)
  }
  Object.setPrototypeOf(traced, Object.getPrototypeOf(fn) as object)
}
