import type { Context, SpanKind } from '@opentelemetry/api'
import { runIn } from '../../context/active-context.ts'
import { nowMs } from '../../runtime/clock.ts'
import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import * as keys from '../../span/semconv/keys.ts'
import { currentPipeline } from '../../tracer/current.ts'
import { activeContext, contextOf, openSpan, tracingIn } from '../../tracing/open-span.ts'
import type { Answer } from './accumulator.ts'
import { parentContext } from './active-span.ts'
import { isExternalModelCall } from './external-calls.ts'
import { failWith } from './failure.ts'
import type { ModelCall, ModelCallInit } from './model-call-type.ts'
import { isInModelCall, noteModelCall } from './model-calls.ts'
import { dataOf } from './own-data.ts'

const CLIENT: SpanKind.CLIENT = 2
const IDLE_MS = 900_000

/**
 * Begins a call of a model. `undefined` when nothing is traced, or when the running code belongs to a call that has a
 * span already: a framework's, whose integration began it, or a client library's own helper.
 */
export function beginModelCall(init: () => ModelCallInit): ModelCall | undefined {
  if (currentPipeline() === undefined) return undefined
  try {
    const active = activeContext()
    // No span inside a model call: what a client sends from there is that same call.
    if (isInModelCall(active)) return undefined
    const given = init()
    if (isExternalModelCall(given.model)) return undefined
    const context = given.context ?? active
    const pipeline = tracingIn(context)
    if (pipeline === undefined || isInModelCall(context)) return undefined
    const span = openSpan(pipeline, context, {
      name: nameOf(given),
      spanType: given.spanType,
      // By the conventions; other calls of a service are no model's.
      ...(given.operation !== undefined && { kind: CLIENT }),
      startTime: given.startTime,
    })
    describe(span, given)
    const call = createModelCall(span, context, given)
    if (given.operation !== undefined) noteModelCall(span, call)
    return call
  } catch {
    // The request could not be read, by an integration's own fault: the call goes on untraced.
    return undefined
  }
}

const nameOf = ({ name, operation, model }: ModelCallInit): string =>
  name ?? [operation, model].filter((part) => part !== undefined).join(' ')

function describe(span: LiveSpan, init: ModelCallInit): void {
  const { operation, model, provider, messageFormat } = init
  if (operation !== undefined) span.setAttribute(keys.OPERATION_NAME, operation)
  if (model !== undefined) span.setAttribute(keys.REQUEST_MODEL, model)
  span.setModel(model ?? '', provider)
  if (init.attributes !== undefined) setDefined(span, init.attributes)
  if (!span.wantsContent) return
  const { inputs, tools } = init.content?.() ?? { inputs: dataOf(init.inputs), tools: init.tools }
  if (inputs !== undefined) span.setInputs(inputs)
  if (messageFormat !== undefined) span.setAttribute(keys.MESSAGE_FORMAT, messageFormat)
  if (tools !== undefined && tools.length > 0) span.setAttribute(keys.CHAT_TOOLS, dataOf(tools))
}

function createModelCall(
  span: LiveSpan,
  context: Context,
  { idleMs = IDLE_MS, startTime }: ModelCallInit,
): ModelCall {
  const inside = contextOf(context, span)
  const begun = startTime ?? nowMs()
  let open = true
  let hasFirst = false
  let last = begun
  let timer: Timer | undefined

  const end = (answer: Answer | undefined, say: () => void, endTime?: number): void => {
    if (!open) return
    open = false
    realTime.stop(timer)
    try {
      if (answer !== undefined) tellAnswer(span, answer)
      say()
    } finally {
      span.end(endTime)
    }
  }
  const watch = (answer: (() => Answer) | undefined, waitMs: number): void => {
    timer = withoutHold(
      realTime.start(() => {
        const left = last + idleMs - nowMs()
        if (left > 0) watch(answer, left)
        else call.stop('idle', answer?.(), last)
      }, waitMs),
    )
  }
  const call: ModelCall = {
    span,
    outside: context,
    inside,
    parentContext: parentContext(),
    wantsContent: span.wantsContent,
    accumulating: { content: span.wantsContent, limits: span.host.limits },
    ended: () => !open,
    run: (fn) => runIn(inside, fn),
    describe(init) {
      if (!open) return
      span.updateName(nameOf(init))
      describe(span, init)
    },
    touch() {
      last = nowMs()
    },
    firstToken() {
      if (hasFirst || !open) return
      hasFirst = true
      span.setAttribute(keys.TIME_TO_FIRST_CHUNK, Math.round((nowMs() - begun) * 1000) / 1_000_000)
    },
    retry({ attempt, status, error }) {
      if (!open) return
      span.addEvent('retry', {
        'http.request.resend_count': attempt,
        ...(status !== undefined && { 'http.response.status_code': status }),
        ...(error !== undefined && { [keys.ERROR_TYPE]: error }),
      })
    },
    watchIdle(answer) {
      if (!open) return
      realTime.stop(timer)
      call.touch()
      watch(answer, idleMs)
    },
    finish: (answer, endTime) => end(answer, () => undefined, endTime),
    // What was thrown says more than what came before it said.
    fail: (error, answer, endTime) =>
      end(answer && { ...answer, error: undefined }, () => span.fail(error), endTime),
    stop: (how, answer, endTime) => end(answer, () => span.setAttribute(keys.CALL_END, how), endTime),
  }
  return call
}

function tellAnswer(span: LiveSpan, answer: Answer): void {
  const { usage, model, responseId, finishReasons, attributes, outputs } = answer
  if (usage !== undefined) span.setTokenUsage(usage)
  if (model !== undefined) {
    span.setModel(model)
    span.setAttribute(keys.RESPONSE_MODEL, model)
  }
  if (responseId !== undefined) span.setAttribute(keys.RESPONSE_ID, responseId)
  if (finishReasons !== undefined && finishReasons.length > 0) {
    span.setAttribute(keys.FINISH_REASONS, [...finishReasons])
  }
  if (attributes !== undefined) setDefined(span, attributes)
  if (outputs !== undefined && span.wantsContent) span.setOutputs(dataOf(outputs))
  if (answer.error !== undefined) failWith(span, answer.error)
}

function setDefined(span: LiveSpan, attributes: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(attributes)) {
    const value = attributes[key]
    if (value !== undefined) span.setAttribute(key, value)
  }
}
