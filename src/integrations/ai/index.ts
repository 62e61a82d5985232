/**
 * Traces the calls that a program makes with the AI SDK (package `ai`), versions 5 to 7: `turnspan/ai`.
 *
 * @packageDocumentation
 */
import type { Tracer } from '@opentelemetry/api'
import { createInstrument, read, tracedModules, type Uninstrument } from '../base/index.ts'
import { patchAgents } from './agents.ts'
import { currentOptions, patchApi, telemetry, useGlobalHooks } from './global-hooks.ts'
import type { AiSdkOptions } from './options.ts'
import type { AiSdkTelemetry } from './telemetry.ts'
import { silentTracer, translatingTracer } from './tracer.ts'

export type { Uninstrument } from '../base/index.ts'
export type { AiSdkOptions } from './options.ts'
export type { AiSdkTelemetry } from './telemetry.ts'

const instrument: (copy?: unknown, options?: AiSdkOptions) => Uninstrument = createInstrument<AiSdkOptions>({
  name: 'ai',
  modules: tracedModules('ai'),
  patch: (copy, patches) =>
    [patchAgents(patches, copy), patchApi(patches, copy)].includes(true) ||
    typeof read(copy, 'generateText') === 'function',
})

/**
 * Traces the AI SDK: text and objects, streamed or not, embeddings, tools and agents. Version 7 needs nothing
 * more; in versions 5 and 6, a call outside an agent says `experimental_telemetry: { isEnabled: true }`. `init` calls
 * it by itself; call it where nobody can find the package from outside, in a bundled application for one.
 *
 * @param copy - the exports of the package. Default: the copies that the application has loaded, and those that it will
 * load
 * @returns puts everything back as it was
 * @example
 * import * as ai from 'ai'
 * instrumentAiSdk(ai)
 */
export function instrumentAiSdk(copy?: unknown, options?: AiSdkOptions): Uninstrument {
  const leaveHooks = useGlobalHooks(options ?? {})
  const undo = instrument(copy, options)
  return () => {
    undo()
    leaveHooks()
  }
}

/**
 * What turnspan registers with version 7 of the AI SDK. A call that names integrations of its own gets only these; so
 * it names this one, too.
 *
 * @example
 * await generateText({ model, prompt, telemetry: { integrations: [aiSdkTelemetry(), mine] } })
 */
export function aiSdkTelemetry(): AiSdkTelemetry {
  return telemetry()
}

/**
 * A tracer for versions 5 and 6 of the AI SDK, for calls that turnspan cannot reach by itself: in a bundled application.
 *
 * @example
 * await generateText({ model, prompt, experimental_telemetry: { isEnabled: true, tracer: aiSdkTracer() } })
 */
export function aiSdkTracer(): Tracer {
  return translatingTracer(silentTracer, currentOptions)
}
