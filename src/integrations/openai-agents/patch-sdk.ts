import { type Patches, processWide, read, registerActiveSpanSource } from '../base/index.ts'
import { observeRequest, observeStreamedRequest } from './model.ts'
import type { OpenAIAgentsOptions } from './options.ts'
import { observeEmit, observeRun } from './runner.ts'
import { activeRun, type Copy } from './runs.ts'
import { observeClone, observeSpanEnd, observeSpanError, observeSpanStart } from './spans.ts'
import { observeTraceEnd, observeTraceStart } from './traces.ts'

/**
 * Observes the SDK by the methods that its own tracing goes through, and not by a trace processor: a program replaces
 * processors (`setTraceProcessors`), none of them is told of a run that failed, and all of them are deaf where the SDK's
 * tracing is off, as it is by default under `NODE_ENV=test`. Spans of the SDK that are off still begin and end.
 *
 * It stands on the base, and not on the harness contract: what the SDK reports has begun already, in an async context
 * of its own, and tells its parents by itself.
 *
 * @param exports - of the package, or of one of those that it is made of
 * @returns whether it is one of them
 */
export function patchAgentsSdk(exports: unknown, patches: Patches, options: OpenAIAgentsOptions): boolean {
  const core = patchCore(exports, patches)
  const models = patchModels(exports, patches, options)
  return core || models
}

const prototypeOf = (exports: unknown, name: string): unknown => read(exports, name, 'prototype')

/** What `@openai/agents-core` exports. */
function patchCore(exports: unknown, patches: Patches): boolean {
  const copy: Copy = {
    span: () => call(read(exports, 'getCurrentSpan')),
    trace: () => call(read(exports, 'getCurrentTrace')),
    // Older versions keep the current trace after its end.
    forgetsTraces: typeof read(exports, 'withTraceContext') === 'function',
  }
  const runner = prototypeOf(exports, 'Runner')
  if (!patches.wrap(runner, 'run', (original) => observeRun(original, copy))) return false
  patches.wrap(runner, 'emit', (original) => observeEmit(original, copy))
  for (const name of ['Span', 'NoopSpan']) {
    const span = prototypeOf(exports, name)
    patches.wrap(span, 'start', (original) => observeSpanStart(original, copy))
    patches.wrap(span, 'end', observeSpanEnd)
    patches.wrap(span, 'setError', observeSpanError)
    patches.wrap(span, 'clone', observeClone)
  }
  for (const name of ['Trace', 'NoopTrace']) {
    const trace = prototypeOf(exports, name)
    patches.wrap(trace, 'start', observeTraceStart)
    patches.wrap(trace, 'end', observeTraceEnd)
    patches.wrap(trace, 'clone', observeClone)
  }
  askOnce(read(exports, 'getCurrentSpan'), copy, patches)
  return true
}

const call = (fn: unknown): unknown => (typeof fn === 'function' ? (fn as () => unknown)() : undefined)

/** The package and its core export the same function, and one of them is enough to ask. */
function askOnce(identity: unknown, copy: Copy, patches: Patches): void {
  const asked = processWide('openai-agents-sources', () => new WeakSet<object>())
  if (typeof identity !== 'function' || asked.has(identity)) return
  asked.add(identity)
  const stop = registerActiveSpanSource(() => activeRun(copy))
  patches.onUndo(() => {
    asked.delete(identity)
    stop()
  })
}

/** What `@openai/agents-openai` exports. */
function patchModels(exports: unknown, patches: Patches, options: OpenAIAgentsOptions): boolean {
  let found = false
  for (const name of ['OpenAIResponsesModel', 'OpenAIChatCompletionsModel']) {
    const model = prototypeOf(exports, name)
    const wire = name === 'OpenAIResponsesModel' ? 'responses' : 'chat'
    if (patches.wrap(model, 'getResponse', (original) => observeRequest(original, wire, options)))
      found = true
    patches.wrap(model, 'getStreamedResponse', (original) => observeStreamedRequest(original, wire, options))
  }
  if (options.upload === false) {
    patches.wrap(
      prototypeOf(exports, 'OpenAITracingExporter'),
      'export',
      () => () => Promise.resolve(undefined),
    )
  }
  return found
}
