import {
  type AccumulatorOptions,
  type Answer,
  accumulateChat,
  accumulateCompletion,
  accumulateMessage,
  type CreateAccumulator,
  growingText,
  list,
  type ModelUsage,
  read,
  type StreamAccumulator,
  text,
} from '../base/index.ts'
import {
  cohereOutputs,
  finishesOf,
  METRICS,
  serviceUsage,
  textsOf,
  textUsage,
  withFinishReasons,
} from './answers.ts'
import type { HeaderCounts } from './attempts.ts'
import { accumulateConverse } from './converse-stream.ts'
import { parsedBody } from './parsed-body.ts'

/**
 * Folds the events of InvokeModelWithResponseStream, each of which has a part in the form of the model's own vendor. Whose
 * form it is, the first part shows.
 */
export function accumulateBodies(
  options: AccumulatorOptions,
  counts: () => HeaderCounts | undefined,
): StreamAccumulator {
  let parts: StreamAccumulator | undefined
  let metrics: unknown
  let latest: { readonly event: unknown; readonly part: unknown } | undefined
  /** Asked twice for the first ones, and each is parsed once. */
  const partOf = (event: unknown): unknown => {
    if (latest?.event !== event) latest = { event, part: parsedBody(read(event, 'chunk', 'bytes')) }
    return latest?.part
  }
  const whole = (answer: Answer | undefined): Answer => ({
    ...answer,
    usage: answer?.usage ?? serviceUsage(metrics, counts()),
  })
  return {
    isFirst(event) {
      const part = partOf(event)
      parts ??= formOf(part)?.(options)
      return parts?.isFirst?.(part) ?? part !== undefined
    },
    add(event) {
      const part = partOf(event)
      latest = undefined
      metrics = read(part, METRICS) ?? metrics
      parts ??= formOf(part)?.(options)
      parts?.add(part)
    },
    answer: () => whole(parts?.answer()),
    complete: () => whole(parts?.complete?.() ?? parts?.answer()),
  }
}

const CONVERSE_EVENTS = ['messageStart', 'contentBlockStart', 'contentBlockDelta', 'messageStop', 'metadata']

function formOf(part: unknown): CreateAccumulator | undefined {
  if (part === undefined) return undefined
  if (CONVERSE_EVENTS.some((key) => read(part, key) !== undefined)) return accumulateConverse
  if (Array.isArray(read(part, 'choices'))) return accumulateChoices
  if (typeof read(part, 'completion') === 'string') return accumulateCompletion
  const type = text(read(part, 'type'))
  return type !== undefined ? accumulateMessage : accumulateTexts
}

/** Mistral's parts have a message where OpenAI's have what was added to it. */
const accumulateChoices: CreateAccumulator = (options) => {
  const chat = accumulateChat(options)
  const asOpenAIs = (part: unknown): object => {
    const { choices, ...rest } = withFinishReasons(part) as { choices: readonly object[] }
    return {
      ...rest,
      choices: choices.map((one) => ({ ...one, delta: read(one, 'delta') ?? read(one, 'message') })),
    }
  }
  return {
    isFirst: (part) => chat.isFirst?.(asOpenAIs(part)) ?? true,
    add: (part) => chat.add(asOpenAIs(part)),
    answer: chat.answer,
  }
}

/** Titan, Llama, Mistral, Cohere: each part brings a piece of the text. */
const accumulateTexts: CreateAccumulator = ({ content, limits }) => {
  const said = growingText(limits.maxValueBytes)
  let usage: ModelUsage | undefined
  let finishes: readonly string[] = []
  let isChat = false
  let responseId: string | undefined
  let calls: readonly unknown[] = []
  return {
    isFirst: (part) => (textsOf(part)?.[0] ?? '') !== '',
    add(part) {
      usage = joined(usage, textUsage(part))
      const ended = finishesOf(part)
      if (ended.length > 0) finishes = ended
      isChat ||= read(part, 'event_type') !== undefined
      responseId ??= text(read(part, 'generation_id')) ?? text(read(part, 'response', 'generation_id'))
      const asked = list(read(part, 'response', 'tool_calls'))
      if (asked.length > 0) calls = asked
      if (content) said.add(textsOf(part)?.[0])
    },
    answer(): Answer {
      const whole = said.value()
      const outputs = isChat ? cohereOutputs(whole ?? '', calls) : whole
      return {
        usage,
        finishReasons: finishes,
        responseId,
        ...(content && outputs !== undefined && { outputs }),
      }
    },
  }
}

/** Llama counts its input in the first part and its output in the last. */
function joined(before: ModelUsage | undefined, now: ModelUsage | undefined): ModelUsage | undefined {
  if (before === undefined || now === undefined) return now ?? before
  return {
    inputTokens: Math.max(before.inputTokens, now.inputTokens),
    outputTokens: Math.max(before.outputTokens, now.outputTokens),
  }
}
