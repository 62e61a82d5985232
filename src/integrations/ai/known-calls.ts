import { currentPipeline, type Fields, read, type Step, text } from '../base/index.ts'
import type { Attempt } from './attempt.ts'
import type { AiSdkOptions } from './options.ts'
import { runInputs, settingAttributes } from './request.ts'
import { beginRun, type Run } from './run.ts'

/** What is known of a call under way. Nothing of its events is kept: they hold what the program must be able to drop. */
export interface Known {
  readonly run: Run
  /** As the AI SDK names it: `ai.generateText`. */
  readonly operation: string
  readonly recordsInputs: boolean
  readonly recordsOutputs: boolean
  /** What was asked, and how, of a function that tells both only at its start. */
  readonly inputs: unknown
  readonly settings: Fields
  readonly tools: Map<string, Step>
  /** Calls of models that are told by a beginning and an end. */
  readonly told: Map<string, Attempt>
}

/** The calls under way, by the ID that all events of a call have. */
export interface KnownCalls {
  /** Begins the call of which `event` is the start. */
  begin(event: unknown): void
  of(event: unknown): Known | undefined
  /** The call of `event`, which is over. */
  take(event: unknown): Known | undefined
}

/** Version 6 calls the same methods with events that have no such ID; it is traced by its own spans. */
const idOf = (event: unknown): string | undefined => text(read(event, 'callId'))

export function createKnownCalls(options: () => AiSdkOptions): KnownCalls {
  const calls = new Map<string, Known>()
  const of = (event: unknown): Known | undefined => calls.get(idOf(event) ?? '')
  return {
    begin(event) {
      const id = idOf(event)
      if (id === undefined || currentPipeline() === undefined) return
      const known = begun(event, options().idleMs)
      if (known === undefined) return
      forgetEnded(calls)
      calls.set(id, known)
    },
    of,
    take(event) {
      const known = of(event)
      calls.delete(idOf(event) ?? '')
      return known
    },
  }
}

function begun(event: unknown, idleMs: number | undefined): Known | undefined {
  const recordsInputs = read(event, 'recordInputs') !== false
  const recordsOutputs = read(event, 'recordOutputs') !== false
  const operation = text(read(event, 'operationId')) ?? 'ai.call'
  const inputs = recordsInputs && wantsContent() ? runInputs(operation, event) : undefined
  const run = beginRun(() => ({
    operation,
    functionId: text(read(event, 'functionId')),
    inputs,
    attributes: {},
    idleMs,
    hidesErrors: !recordsInputs || !recordsOutputs,
  }))
  if (run === undefined) return undefined
  const tellsOnce = operation.endsWith('Object')
  return {
    run,
    operation,
    recordsInputs,
    recordsOutputs,
    inputs: tellsOnce ? inputs : undefined,
    settings: tellsOnce ? settingAttributes(event) : {},
    tools: new Map(),
    told: new Map(),
  }
}

/** Whether recording content is of any use. */
export const wantsContent = (): boolean => currentPipeline()?.config.captureContent === true

/** Streams that the program left have ended, but nobody reports their end. */
function forgetEnded(calls: Map<string, Known>): void {
  if (calls.size < FORGET_FROM) return
  for (const [id, { run }] of calls) if (run.ended()) calls.delete(id)
}

const FORGET_FROM = 64
