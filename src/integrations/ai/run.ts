import type { Context } from '@opentelemetry/api'
import { createContextKey } from '../../runtime/otel-context.ts'
import {
  type Answer,
  activeContext,
  beginModelCall,
  beginStep,
  isInModelCall,
  keys,
  type ModelCallInit,
  number,
  read,
  runIn,
  SpanType,
  type Step,
  type StepInit,
  type Stop,
} from '../base/index.ts'
import { takeAgent } from './agent-hint.ts'
import { type Attempt, followParts, retryOf } from './attempt.ts'
import { createRunEnding, type RunEnding, withoutText } from './run-ending.ts'

/** A call of a function of the AI SDK as it is told of. */
export interface RunInit {
  /** As the AI SDK names it: `ai.generateText`. */
  readonly operation: string
  /** What the program calls it. */
  readonly functionId: string | undefined
  readonly inputs: unknown
  readonly attributes: Readonly<Record<string, unknown>>
  readonly idleMs?: number | undefined
  /** Its errors are recorded by their class alone. */
  readonly hidesErrors?: boolean
}

/** A call of a tool. */
export interface ToolInit {
  /** The bare name. */
  readonly name: string
  readonly callId: string | undefined
  readonly arguments: unknown
}

/** A call of a function of the AI SDK under way: its span, below which stand the calls of models and tools. */
export interface Run {
  readonly step: Step
  /** The context with its span active. */
  readonly inside: Context
  /** Whether it has ended. */
  ended(): boolean
  /**
   * Begins a call of a model, or goes on with one of which an attempt failed; `undefined` where the call is not traced.
   */
  attempt(init: () => ModelCallInit, provider: unknown): Attempt | undefined
  /** That attempt failed. */
  failedAttempt(attempt: Attempt, error: unknown): void
  /** Follows a model's stream; `done` is called at its end, and has to finish the call. */
  followStream(attempt: Attempt, stream: unknown, mayRecord: () => boolean, done: () => void): void
  /** Ends it, with that call, when nothing is heard of the call for too long. */
  watchIdle(attempt: Attempt): void
  /** Begins the span of a tool. */
  tool(init: ToolInit): Step | undefined
  /** It came to its end. */
  finish(outputs: unknown): void
  fail(error: unknown): void
  stop(how: Stop): void
}

const RUN: symbol = createContextKey('turnspan.ai-sdk.run')

/** The nearest call of a function in `context`. */
export const runInside = (context: Context): Run | undefined => context.getValue(RUN) as Run | undefined

const IDLE_MS = 900_000

const TYPES: Readonly<Record<string, SpanType>> = {
  'ai.generateSpeech': SpanType.LLM,
  'ai.transcribe': SpanType.LLM,
}

/** Begins the span of a function's call below whatever is active; `undefined` when nothing is traced. */
export function beginRun(init: () => RunInit): Run | undefined {
  // A model of another framework that asks the AI SDK: the call has its span already.
  if (isInModelCall(activeContext())) return undefined
  let settings: RunInit | undefined
  const step = beginStep(() => {
    settings = init()
    return stepInit(settings)
  })
  if (step === undefined) return undefined
  const { idleMs = IDLE_MS, hidesErrors = false } = settings ?? {}
  return createRun(step, idleMs, hidesErrors ? withoutText : (error) => error)
}

function stepInit({ operation, functionId, inputs, attributes }: RunInit): StepInit {
  const agent = takeAgent(activeContext())
  const name =
    agent === undefined
      ? (functionId ?? operation.replace(/^ai\./, ''))
      : (agent.name ?? functionId ?? 'agent')
  return {
    name,
    spanType: agent === undefined ? (TYPES[operation] ?? SpanType.CHAIN) : SpanType.AGENT,
    inputs,
    attributes: {
      [keys.AI_SDK_OPERATION]: operation,
      ...(functionId !== undefined && { 'ai.telemetry.functionId': functionId }),
      ...(agent !== undefined && { [keys.AGENT_NAME]: name }),
      ...attributes,
    },
  }
}

function createRun(step: Step, idleMs: number, shown: (error: unknown) => unknown): Run {
  const attempts = new Set<Attempt>()
  const tools = new Set<Step>()
  const ending = createRunEnding({ span: step.span, attempts, tools, shown })
  let calls = 0
  const run: Run = {
    step,
    get inside() {
      return inside
    },
    ended: ending.ended,
    finish: ending.finish,
    fail: ending.fail,
    stop: ending.stop,
    attempt(init, provider) {
      ending.asksAgain()
      const before = takeFailed(attempts)
      if (before !== undefined) return before
      const stepNumber = calls
      const call = runIn(inside, () =>
        beginModelCall(() => {
          const given = init()
          return { ...given, attributes: { ...given.attributes, 'ai.step.number': stepNumber }, idleMs }
        }),
      )
      if (call === undefined) return undefined
      calls += 1
      const attempt: Attempt = { call, provider, count: 0, done: false }
      attempts.add(attempt)
      return attempt
    },
    failedAttempt(attempt, error) {
      attempt.failure = { error: shown(error), status: number(read(error, 'statusCode')) }
    },
    followStream(attempt, stream, mayRecord, done) {
      const { call } = attempt
      const partial = (): Answer => attempt.answer?.(mayRecord()) ?? {}
      followParts(attempt, stream, {
        done() {
          attempt.done = true
          done()
          ending.rests(idleMs)
        },
        failed(error) {
          call.fail(shown(error), partial())
          ending.brokeOff(error)
        },
        stopped(how) {
          call.stop(how, partial())
          ending.wasLeft(how)
        },
      })
      endBySilence(attempt, ending, partial)
    },
    watchIdle: (attempt) => endBySilence(attempt, ending, () => ({})),
    tool(init) {
      ending.goesOn()
      const tool = runIn(inside, () => beginTool(init))
      if (tool !== undefined) tools.add(tool)
      return tool
    },
  }
  const inside = step.inside.setValue(RUN, run)
  return run
}

/** The call of a model of which an attempt failed, for the attempt that follows; what has ended is forgotten. */
function takeFailed(attempts: Set<Attempt>): Attempt | undefined {
  for (const attempt of attempts) {
    if (attempt.call.ended()) attempts.delete(attempt)
    else if (attempt.failure !== undefined) {
      attempt.call.retry(retryOf(attempt))
      return attempt
    }
  }
  return undefined
}

/** Ends a call of a model, and the function's with it, when nothing is heard of it for too long. */
function endBySilence({ call }: Attempt, ending: RunEnding, partial: () => Answer): void {
  call.watchIdle(() => {
    queueMicrotask(() => ending.stop('idle'))
    return partial()
  })
}

function beginTool({ name, callId, arguments: given }: ToolInit): Step | undefined {
  return beginStep(() => ({
    name,
    spanType: SpanType.TOOL,
    inputs: given,
    attributes: { ...(callId !== undefined && { [keys.TOOL_CALL_ID]: callId }) },
  }))
}
