import type { Tracer } from '@opentelemetry/api'
import { packageApis } from '../../modules/package-apis.ts'
import { type Api, addApiCopy, forEachApiCopy } from '../../runtime/api-copies.ts'
import { globalProperty } from '../../runtime/registry.ts'
import {
  activeContext,
  createPatches,
  type Method,
  type Patches,
  processWide,
  read,
  suppressScope,
} from '../base/index.ts'
import { isAgentCall } from './agent-hint.ts'
import { answerAsking } from './asking.ts'
import { standBehindOffer } from './offer.ts'
import type { AiSdkOptions } from './options.ts'
import { type AiSdkTelemetry, createTelemetry } from './telemetry.ts'
import { isTranslating, isTranslatingTracer, translatingTracer } from './tracer.ts'
import { noteAsked } from './unasked.ts'

/** What holds for the whole process while at least one instrumentation is on. */
interface State {
  users: number
  options: AiSdkOptions
  readonly telemetry: AiSdkTelemetry
  undo: (() => void) | undefined
}

const state = (): State =>
  processWide('ai-sdk', (): State => {
    const made: State = {
      users: 0,
      options: {},
      telemetry: createTelemetry(() => made.options),
      undo: undefined,
    }
    return made
  })

/** What version 7 of the AI SDK is to call; the same for all copies of turnspan. */
export const telemetry = (): AiSdkTelemetry => state().telemetry

/** The current options. */
export const currentOptions = (): AiSdkOptions => state().options

/** The name under which the AI SDK asks for its tracer. */
const SCOPE = 'ai'

/** Switches on what reaches the AI SDK without touching it. The last one that is taken back switches it off. */
export function useGlobalHooks(options: AiSdkOptions): () => void {
  const known = state()
  known.options = { ...known.options, ...options }
  known.users += 1
  known.undo ??= install(known.telemetry)
  let used = true
  return () => {
    if (!used) return
    used = false
    known.users -= 1
    if (known.users > 0) return
    known.undo?.()
    known.undo = undefined
    known.options = {}
  }
}

function install(integration: AiSdkTelemetry): () => void {
  const patches = createPatches('ai tracer')
  patches.onUndo(suppressScope(SCOPE, isTranslating))
  patches.onUndo(register(integration))
  patches.onUndo(answerAsking(currentOptions))
  patchTracers(patches)
  return () => patches.undo()
}

/** Version 7 looks into this list at every call. */
function register(integration: AiSdkTelemetry): () => void {
  const withdraw = standBehindOffer(integration)
  if (withdraw !== undefined) return withdraw
  const list = globalProperty<unknown[]>('AI_SDK_TELEMETRY_INTEGRATIONS')
  const before = list.get()
  const registered = before ?? []
  registered.push(integration)
  if (before === undefined) list.set(registered)
  return () => {
    const at = registered.indexOf(integration)
    if (at >= 0) registered.splice(at, 1)
    if (before === undefined && registered.length === 0 && list.get() === registered) list.set(undefined)
  }
}

/**
 * Versions 5 and 6 ask the copy of OpenTelemetry's API that is theirs for a tracer, at every call. Which one that is
 * depends on where it lies and on how the package is loaded: all of them are asked.
 */
function patchTracers(patches: Patches): void {
  const observe = ({ trace }: Api): void => void patches.wrap(trace, 'getTracer', observedGetTracer)
  patches.onUndo(forEachApiCopy('ai-sdk', observe))
}

/**
 * Takes note of the copies of the API that the package `ai` has.
 *
 * @param file - a file of the package
 */
export function meetApis(file: string): void {
  for (const api of packageApis(file)) addApiCopy(api)
}

/**
 * Observes a copy of OpenTelemetry's API, or its module with `trace`, that was handed over in a bundle.
 *
 * @returns whether it was one
 */
export function patchApi(patches: Patches, copy: unknown): boolean {
  return patches.wrap(read(copy, 'trace'), 'getTracer', observedGetTracer)
}

function observedGetTracer(original: Method): Method {
  return function (this: unknown, ...args) {
    const tracer = Reflect.apply(original, this, args) as Tracer
    if (args[0] !== SCOPE || isTranslatingTracer(tracer)) return tracer
    if (!isAgentCall(activeContext())) noteAsked()
    return translatingTracer(tracer, currentOptions)
  }
}
