/**
 * Traces the calls that a program makes with the AI SDK (package `ai`), versions 5 to 7: `turnspan/ai`.
 *
 * @packageDocumentation
 */

import type { Tracer } from '@opentelemetry/api'
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, read, type Uninstrument } from '../base/index.ts'
import { patchAgents } from './agents.ts'
import { isAsking } from './asking.ts'
import { currentOptions, meetApis, patchApi, telemetry, useGlobalHooks } from './global-hooks.ts'
import type { AiSdkOptions } from './options.ts'
import type { AiSdkTelemetry } from './telemetry.ts'
import { silentTracer, translatingTracer } from './tracer.ts'
import { watchUnasked } from './unasked.ts'

export type { Uninstrument } from '../base/index.ts'
export type { AiSdkOptions } from './options.ts'
export type { AiSdkTelemetry } from './telemetry.ts'

const KEYS: Readonly<Record<keyof AiSdkOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentAiSdk()', KEYS)

const instrument: (copy?: unknown, options?: AiSdkOptions) => Uninstrument = createInstrument<AiSdkOptions>({
  name: 'ai',
  patch(copy, patches, _options, module) {
    const isPackage = typeof read(copy, 'generateText') === 'function'
    if (isPackage && module?.file !== undefined) meetApis(module.file)
    if (isPackage && typeof read(copy, 'registerTelemetry') !== 'function' && !isAsking(copy)) {
      watchUnasked(copy, patches)
    }
    const found = [patchAgents(patches, copy), patchApi(patches, copy)]
    return found.includes(true) || isPackage
  },
})

/**
 * Traces the AI SDK: text and objects, streamed or not, embeddings, tools and agents. Version 7 needs nothing else, and
 * neither do versions 5 and 6 if turnspan starts before they are loaded (`node --import turnspan/register`). Otherwise
 * a call outside an agent needs `experimental_telemetry: { isEnabled: true }`, and the first call without it is
 * reported (`TS_AI_SDK_UNTRACED`). `init` calls it automatically; call it yourself only where turnspan cannot find the
 * package, for example in a bundled application.
 *
 * @param copy - the exports of the package. Default: the copies that the application has loaded, and those that it will
 * load
 * @returns a function that restores everything as it was
 * @example
 * import * as ai from 'ai'
 * instrumentAiSdk(ai)
 */
export function instrumentAiSdk(copy?: unknown, options?: AiSdkOptions): Uninstrument {
  checkKeys(KNOWN, options)
  const leaveHooks = useGlobalHooks(options ?? {})
  const undo = instrument(copy, options)
  return () => {
    undo()
    leaveHooks()
  }
}

/**
 * The telemetry integration that turnspan registers with version 7 of the AI SDK. A call that lists its own
 * integrations uses only those, so it has to list this one too.
 *
 * @example
 * await generateText({ model, prompt, telemetry: { integrations: [aiSdkTelemetry(), mine] } })
 */
export function aiSdkTelemetry(): AiSdkTelemetry {
  return telemetry()
}

/**
 * A tracer for versions 5 and 6 of the AI SDK, for calls that turnspan cannot reach by itself, for example in a bundled
 * application.
 *
 * @example
 * await generateText({ model, prompt, experimental_telemetry: { isEnabled: true, tracer: aiSdkTracer() } })
 */
export function aiSdkTracer(): Tracer {
  return translatingTracer(silentTracer, currentOptions)
}
