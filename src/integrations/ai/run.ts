import type { Context } from '@opentelemetry/api'
import { nowMs } from '../../runtime/clock.ts'
import { createContextKey } from '../../runtime/otel-context.ts'
import {
  type Answer,
  activeContext,
  beginModelCall,
  beginStep,
  keys,
  type ModelCallInit,
  modelCallIn,
  number,
  read,
  runIn,
  SpanType,
  type Step,
  type Stop,
  text,
} from '../base/index.ts'
import { takeAgent } from './agent-hint.ts'
import { type Attempt, followParts, retryOf } from './attempt.ts'

/** A call of a function of the AI SDK as it is told of. */
export interface RunInit {
  /** As the AI SDK names it: `ai.generateText`. */
  readonly operation: string
  /** What the program calls it. */
  readonly functionId: string | undefined
  readonly inputs: unknown
  readonly attributes: Readonly<Record<string, unknown>>
  readonly idleMs: number | undefined
  /** Its errors are recorded by their class alone. */
  readonly hidesErrors?: boolean
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
  tool(init: {
    readonly name: string
    readonly callId: string | undefined
    readonly arguments: unknown
  }): Step | undefined
  /** It came to its end. */
  finish(outputs: unknown): void
  fail(error: unknown): void
  stop(how: Stop): void
}

const RUN: symbol = createContextKey('turnspan.ai-sdk.run')

/** The nearest call of a function in `context`. */
export const runInside = (context: Context): Run | undefined => context.getValue(RUN) as Run | undefined

const IDLE_MS = 900_000
/** For what the AI SDK says of a stream that broke off, which it says a moment later. */
const LINGER_MS = 20
/** After a model's stream came to its end, the AI SDK goes on at once, unless the program does not read on. */
const REST_MS = 60_000

const TYPES: Readonly<Record<string, SpanType>> = {
  'ai.generateSpeech': SpanType.LLM,
  'ai.transcribe': SpanType.LLM,
}

/** Begins the span of a function's call below whatever is active; `undefined` when nothing is traced. */
export function beginRun(init: () => RunInit): Run | undefined {
  // A model of another framework that asks the AI SDK: the call has its span already.
  if (modelCallIn(activeContext()) !== undefined) return undefined
  let idleMs: number | undefined
  let hidesErrors = false
  const step = beginStep(() => {
    const given = init()
    idleMs = given.idleMs
    hidesErrors = given.hidesErrors === true
    const agent = takeAgent(activeContext())
    const name = agent?.name ?? given.functionId ?? given.operation.replace(/^ai\./, '')
    return {
      name: agent !== undefined && agent.name === undefined ? (given.functionId ?? 'agent') : name,
      spanType: agent === undefined ? (TYPES[given.operation] ?? SpanType.CHAIN) : SpanType.AGENT,
      inputs: given.inputs,
      attributes: {
        [keys.AI_SDK_OPERATION]: given.operation,
        ...(given.functionId !== undefined && { 'ai.telemetry.functionId': given.functionId }),
        ...(agent !== undefined && { [keys.AGENT_NAME]: name }),
        ...given.attributes,
      },
    }
  })
  return step && createRun(step, idleMs ?? IDLE_MS, hidesErrors ? withoutText : (error) => error)
}

function createRun(step: Step, idleMs: number, shown: (error: unknown) => unknown): Run {
  const { span } = step
  const attempts = new Set<Attempt>()
  const tools = new Set<Step>()
  let open = true
  let calls = 0
  let timer: NodeJS.Timeout | undefined
  let lastMs: number | undefined
  /** With what the last call of a model failed. */
  let broken: { readonly error: unknown } | undefined

  /** Ends it later, unless something else happens before. */
  const later = (waitMs: number, work: () => void): void => {
    clearTimeout(timer)
    if (!open) return
    timer = setTimeout(work, waitMs)
    timer.unref()
  }
  const end = (settled: (attempt: Attempt) => void, say: () => void, endTime?: number): void => {
    if (!open) return
    open = false
    clearTimeout(timer)
    for (const attempt of attempts) if (!attempt.call.ended()) settled(attempt)
    for (const tool of tools) tool.span.end()
    say()
    span.end(endTime)
  }
  const stop = (how: Stop): void =>
    end(
      (attempt) => settle(attempt, how),
      () => span.setAttribute(keys.CALL_END, how),
      how === 'idle' ? lastMs : undefined,
    )
  const fail = (error: unknown): void =>
    end(
      ({ call, failure }) => call.fail(shown((failure ?? { error }).error)),
      () => span.fail(shown(error)),
    )

  const watchIdle = ({ call }: Attempt, partial: () => Answer): void =>
    call.watchIdle(() => {
      queueMicrotask(() => stop('idle'))
      return partial()
    })

  const run: Run = {
    step,
    get inside() {
      return inside
    },
    ended: () => !open,
    attempt(init, provider) {
      clearTimeout(timer)
      broken = undefined
      for (const before of attempts) {
        if (before.failure === undefined || before.call.ended()) continue
        before.call.retry(retryOf(before))
        return before
      }
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
          lastMs = nowMs()
          later(Math.min(idleMs, REST_MS), () => stop('idle'))
        },
        failed(error) {
          broken = { error }
          call.fail(shown(error), partial())
          later(LINGER_MS, () => fail(error))
        },
        stopped(how) {
          call.stop(how, partial())
          if (how === 'abandoned') stop(how)
          else later(LINGER_MS, () => stop(how))
        },
      })
      watchIdle(attempt, partial)
    },
    watchIdle: (attempt) => watchIdle(attempt, () => ({})),
    tool(init) {
      clearTimeout(timer)
      const tool = runIn(inside, () =>
        beginStep(() => ({
          name: init.name,
          spanType: SpanType.TOOL,
          inputs: init.arguments,
          attributes: {
            ...(init.callId !== undefined && { [keys.TOOL_CALL_ID]: init.callId }),
          },
        })),
      )
      if (tool !== undefined) tools.add(tool)
      return tool
    },
    finish: (outputs) =>
      end(
        (attempt) => settle(attempt),
        () => {
          if (outputs !== undefined && span.wantsContent) span.setOutputs(outputs)
          // A stream that broke off with an error comes to an end like any other.
          if (broken !== undefined) span.fail(shown(broken.error))
        },
      ),
    fail,
    stop,
  }
  const inside = step.inside.setValue(RUN, run)
  return run
}

/** An error that tells its class and nothing else: the program wants no content of this call in a trace. */
function withoutText(error: unknown): unknown {
  const hidden = new Error('The text of the error is not recorded, as the call asks for.')
  hidden.name = text(read(error, 'name')) ?? 'Error'
  hidden.stack = undefined as unknown as string
  return hidden
}

/** Ends a call of which nobody told the end. */
function settle({ call, failure, done, answer }: Attempt, how: Stop = 'stopped'): void {
  if (failure !== undefined) call.fail(failure.error)
  else if (done) call.finish(answer?.(false) ?? {})
  else call.stop(how, answer?.(false))
}
