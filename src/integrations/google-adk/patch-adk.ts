import type { LoadedModule } from '../../modules/arrivals.ts'
import { packageApis } from '../../modules/package-apis.ts'
import { addApiCopy } from '../../runtime/api-copies.ts'
import { type Patches, read } from '../base/index.ts'
import { observeAgent } from './agents.ts'
import { observeModelCall, observeStep } from './model-calls.ts'
import { observeRun, observeRunCallback } from './runs.ts'
import { observeToolCallback } from './tools.ts'

/**
 * Observes ADK by the methods that its own runs go through, and not by a plugin: a program's plugins stay the only ones and
 * in their order, the runners of agents that are tools have none, and no plugin is asked inside of the span of a tool.
 *
 * The spans are ADK's own, translated; what is observed here is added to them (`translate/notes.ts`).
 *
 * @param exports - of the package
 * @returns whether it is ADK
 */
export function patchAdk(exports: unknown, patches: Patches, module?: LoadedModule): boolean {
  const prototypeOf = (name: string): unknown => read(exports, name, 'prototype')
  const plugins = prototypeOf('PluginManager')
  const found = patches.wrap(prototypeOf('LlmAgent'), 'callLlmAsync', observeModelCall)
  patches.wrap(prototypeOf('LlmAgent'), 'runOneStepAsync', observeStep)
  patches.wrap(prototypeOf('BaseAgent'), 'createInvocationContext', (original) =>
    observeAgent(original, patches),
  )
  patches.wrap(plugins, 'runBeforeToolCallback', (original) => observeToolCallback(original, patches))
  for (const callback of RUN_CALLBACKS) patches.wrap(plugins, callback, observeRunCallback)
  for (const method of ['runAsync', 'runLive'])
    patches.wrap(prototypeOf('Runner'), method, (original) => observeRun(original, patches))
  // ADK has its tracer of the copy of OpenTelemetry's API that lies beside it, which may be another than the program's.
  if (module?.file !== undefined) for (const api of packageApis(module.file)) addApiCopy(api)
  return found
}

/** What a runner asks its plugins in the span of the invocation. */
const RUN_CALLBACKS = [
  'runOnUserMessageCallback',
  'runBeforeRunCallback',
  'runOnEventCallback',
  'runAfterRunCallback',
]
