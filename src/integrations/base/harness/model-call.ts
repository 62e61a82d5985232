import { checkKeys } from '../../../config/known-keys.ts'
import { msOfTimeInput, nowMs } from '../../../runtime/clock.ts'

import type { LiveSpan } from '../../../span/live-span.ts'
import { SpanType } from '../../../span/semconv/span-type.ts'
import type { TokenUsage } from '../../../span/token-usage.ts'
import type { Answer } from '../accumulator.ts'
import { beginModelCall } from '../model-call.ts'
import type { ModelCall } from '../model-call-type.ts'
import { quietly } from '../quietly.ts'
import { toldFailure } from './endings.ts'
import { adopt, asWork, type Frame, type FramePlace, leaveFrame, openFrame } from './frame.ts'
import { KNOWN } from './known.ts'
import type { HarnessModelCall, ModelCallEnd, ModelCallStart } from './types.ts'

/** An answer that waits for its tokens. */
interface Pending {
  readonly answer: Answer
  readonly endTime: number
}

/** A model is asked. */
export function beginModelCallOf(place: FramePlace, start: ModelCallStart): HarnessModelCall {
  checkKeys(KNOWN.modelCall, start)
  let call: ModelCall | undefined
  const frame = openFrame(place, (_pipeline, context) => {
    call = beginModelCall(() => ({
      spanType: start.spanType ?? SpanType.CHAT_MODEL,
      operation: start.operation ?? 'chat',
      model: start.model,
      provider: start.provider ?? place.settings.options.provider,
      inputs: start.input,
      messageFormat: start.messageFormat,
      tools: start.tools,
      attributes: start.attributes,
      startTime: msOfTimeInput(start.startTime),
      context,
    }))
    // None where the running code belongs to a call that has its span already.
    return call?.span as LiveSpan
  })
  return handleOf(frame, call, start.background === true)
}

function handleOf(frame: Frame, call: ModelCall | undefined, background: boolean): HarnessModelCall {
  let pending: Pending | undefined
  let usage: TokenUsage | undefined

  const answerOf = (end: ModelCallEnd | undefined): Answer => ({
    outputs: end?.output,
    usage: end?.usage ?? usage,
    model: end?.model,
    responseId: end?.responseId,
    finishReasons: end?.finishReasons,
    attributes: end?.attributes,
  })
  const over = (end: (call: ModelCall) => void): void => {
    if (!frame.isOpen) return
    leaveFrame(frame)
    if (call !== undefined) quietly(() => end(call as ModelCall))
  }
  const settle = (late?: TokenUsage): void => {
    const waiting = pending
    pending = undefined
    if (waiting === undefined) return
    over((open) =>
      open.finish({ ...waiting.answer, ...(late !== undefined && { usage: late }) }, waiting.endTime),
    )
  }
  adopt(frame, {
    background,
    close(how, _reason, endTime) {
      if (pending !== undefined) settle()
      else over((open) => open.stop(how === 'cancelled' ? 'aborted' : 'abandoned', undefined, endTime))
    },
  })
  return asWork(frame, {
    firstToken: () => call?.firstToken(),
    retry: (retry: Parameters<HarnessModelCall['retry']>[0]) => call?.retry(retry),
    end(end?: ModelCallEnd) {
      if (pending !== undefined) return
      const [answer, endTime] = [answerOf(end), msOfTimeInput(end?.endTime)]
      if (end?.usageFollows === true && answer.usage === undefined && frame.isOpen)
        pending = { answer, endTime: endTime ?? nowMs() }
      else over((open) => open.finish(answer, endTime))
    },
    fail(error: unknown, partial?: ModelCallEnd) {
      const told = toldFailure(error)
      const [answer, endTime] = [answerOf(partial), msOfTimeInput(partial?.endTime)]
      over((open) =>
        told === undefined
          ? open.fail(error, answer, endTime)
          : open.finish({ ...answer, error: told }, endTime),
      )
    },
    cancel: (_reason?: string, partial?: ModelCallEnd) =>
      over((open) => open.stop('aborted', answerOf(partial), msOfTimeInput(partial?.endTime))),
    usage(told: TokenUsage) {
      usage = told
      settle(told)
    },
  })
}
