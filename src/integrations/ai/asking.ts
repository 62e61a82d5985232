import { types } from 'node:util'
import type { Tracer } from '@opentelemetry/api'
import { ASKING_COPIES } from '../../modules/ai-sdk-source.ts'
import { globalSlot } from '../../runtime/registry.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
import { currentPipeline, type Fields, fieldsOf, isObject, processWide, read } from '../base/index.ts'
import { wantsContent } from './known-calls.ts'
import type { AiSdkOptions } from './options.ts'
import { isTranslatingTracer, silentTracer, translatingTracer } from './tracer.ts'

/** What a copy of the AI SDK that was rewritten asks at each call; see `modules/ai-sdk-source.ts`. */
export interface AskingHook {
  /** The tracer of a call with these settings of telemetry; `original` is the function that would have said it. */
  tracer(settings: unknown, original: (settings: unknown) => Tracer): Tracer
  /** What attributes of a span are made of: `telemetry`, the settings, and `attributes`. */
  attributes(given: unknown): unknown
}

/** Reached from outside by its name, which is written in `modules/ai-sdk-source.ts` as well. */
const slot = (): { hook?: AskingHook | undefined } =>
  processWide('ai-sdk-asking', () => ({}) as { hook?: AskingHook | undefined })

const askingCopies: () => WeakSet<object> | undefined = globalSlot<WeakSet<object>>(ASKING_COPIES)

/** Whether `copy`, the exports of the package, was rewritten as it was loaded. */
export function isAsking(copy: unknown): boolean {
  const marked = read(copy, 'stepCountIs')
  return typeof marked === 'function' && askingCopies()?.has(marked) === true
}

/** Has calls traced that do not speak of telemetry, in copies that ask. */
export function answerAsking(options: () => AiSdkOptions): () => void {
  const hook: AskingHook = {
    tracer(settings, original) {
      const given = original(settings)
      if (currentPipeline() === undefined) return given
      // Their spans are nobody's but ours: another backend of the application gets what it asked for, and no more.
      if (saysNothing(settings)) return translatingTracer(silentTracer, options)
      const isOwn = read(settings, 'isEnabled') !== true || isObject(read(settings, 'tracer'))
      return isOwn || isTranslatingTracer(given) ? given : translatingTracer(given, options)
    },
    attributes(given) {
      const settings = read(given, 'telemetry')
      if (currentPipeline() === undefined || !saysNothing(settings)) return given
      return {
        ...fieldsOf(given),
        telemetry: asked(settings),
        attributes: harmless(read(given, 'attributes')),
      }
    },
  }
  slot().hook = hook
  return () => {
    if (slot().hook === hook) slot().hook = undefined
  }
}

const saysNothing = (settings: unknown): boolean => read(settings, 'isEnabled') === undefined

/** The settings of a call that is traced without having asked; what is not recorded need not be written as text. */
function asked(settings: unknown): Fields {
  const content = wantsContent() ? {} : { recordInputs: false, recordOutputs: false }
  return { ...fieldsOf(settings), isEnabled: true, ...content }
}

/** The AI SDK writes content as JSON here, and would fail where the program's values cannot be written so. */
function harmless(attributes: unknown): Fields {
  return Object.fromEntries(
    Object.entries(fieldsOf(attributes)).map(([key, value]) => {
      for (const side of ['input', 'output']) {
        const write = read(value, side)
        if (typeof write === 'function') return [key, { [side]: () => orNothing(write as () => unknown) }]
      }
      return [key, value]
    }),
  )
}

function orNothing(write: () => unknown): unknown {
  try {
    const written = write()
    if (!types.isPromise(written)) return written
    return thenPlainly(
      written,
      (value) => value,
      () => undefined,
    )
  } catch {
    return undefined
  }
}
