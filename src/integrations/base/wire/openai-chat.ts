import type { AccumulatorOptions, Answer, GrowingText, StreamAccumulator } from '../accumulator.ts'
import { growingText } from '../accumulator.ts'
import { isObject, list, number, read, text } from '../method.ts'
import { dataAt, itemsOf } from '../own-data.ts'
import { type ModelUsage, openAIUsage } from '../usage.ts'

interface ToolCall {
  id: string | undefined
  name: string | undefined
  readonly arguments: GrowingText
}

interface Choice {
  readonly content: GrowingText
  readonly reasoning: GrowingText
  readonly refusal: GrowingText
  readonly legacyCall: { name: string | undefined; readonly arguments: GrowingText }
  readonly toolCalls: Map<number, ToolCall>
  role: string | undefined
  finish: string | undefined
}

const MAX_CHOICES = 128
const MAX_TOOL_CALLS = 1024

/** The answer of a chat completion that was not streamed. */
export function chatAnswer(completion: unknown): Answer {
  const finishReasons = itemsOf(dataAt(completion, 'choices')).flatMap(
    (choice) => text(dataAt(choice, 'finish_reason')) ?? [],
  )
  return {
    outputs: completion,
    usage: chatUsage(completion),
    model: text(dataAt(completion, 'model')),
    responseId: text(dataAt(completion, 'id')),
    finishReasons,
    attributes: chatAttributes(completion),
  }
}

function chatAttributes(from: unknown): Answer['attributes'] {
  return {
    'openai.response.service_tier': text(dataAt(from, 'service_tier')),
    'openai.response.system_fingerprint': text(dataAt(from, 'system_fingerprint')),
  }
}

/** Usage of a completion or of the chunk that carries it; Groq has a place of its own for the latter. */
function chatUsage(from: unknown): ModelUsage | undefined {
  return openAIUsage(dataAt(from, 'usage')) ?? openAIUsage(dataAt(from, 'x_groq', 'usage'))
}

/** Folds the chunks of a streamed chat completion to the completion that they stand for. */
export function accumulateChat({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const most = limits.maxValueBytes
  const choices = new Map<number, Choice>()
  const head: Record<string, unknown> = {}
  let usage: ModelUsage | undefined
  let rawUsage: unknown
  let tail: Answer['attributes']
  let failure: Answer['error']
  return {
    isFirst: hasContent,
    add(chunk) {
      for (const key of ['id', 'created', 'model'] as const) head[key] ||= read(chunk, key)
      const counted = chatUsage(chunk)
      if (counted !== undefined) {
        usage = counted
        rawUsage = read(chunk, 'usage') ?? read(chunk, 'x_groq', 'usage')
      }
      const attributes = chatAttributes(chunk)
      if (Object.values(attributes ?? {}).some((value) => value !== undefined)) tail = attributes
      failure ??= errorOf(read(chunk, 'error'))
      for (const part of list(read(chunk, 'choices'))) addChoice(choices, part, content, most)
    },
    answer: () => ({
      ...(content && choices.size > 0 && { outputs: completionOf(head, choices, rawUsage) }),
      usage,
      model: text(head.model),
      responseId: text(head.id),
      finishReasons: [...choices.values()].flatMap(({ finish }) => finish ?? []),
      attributes: tail,
      error: failure,
    }),
  }
}

/** Services may say in the middle of a stream that they failed; clients that know of it throw. */
function errorOf(error: unknown): Answer['error'] {
  if (!isObject(error)) return undefined
  return {
    type: text(read(error, 'type')) ?? text(read(error, 'code')) ?? 'error',
    message: text(read(error, 'message')),
  }
}

/** The first chunk of most services has a role and nothing else. */
function hasContent(chunk: unknown): boolean {
  return list(read(chunk, 'choices')).some((choice) => {
    const delta = read(choice, 'delta')
    const said = ['content', 'reasoning_content', 'reasoning', 'refusal'].some((key) =>
      text(read(delta, key)),
    )
    return said || list(read(delta, 'tool_calls')).length > 0 || text(read(choice, 'text')) !== undefined
  })
}

function addChoice(choices: Map<number, Choice>, part: unknown, content: boolean, most: number): void {
  const index = number(read(part, 'index')) ?? 0
  const known = choices.get(index)
  if (known === undefined && choices.size >= MAX_CHOICES) return
  const choice = known ?? newChoice(most)
  if (known === undefined) choices.set(index, choice)
  choice.finish = text(read(part, 'finish_reason')) ?? choice.finish
  if (!content) return
  const delta = read(part, 'delta')
  choice.role ??= text(read(delta, 'role'))
  // Text completions carry their text in the choice itself.
  choice.content.add(read(delta, 'content') ?? read(part, 'text'))
  choice.reasoning.add(read(delta, 'reasoning_content') ?? read(delta, 'reasoning'))
  choice.refusal.add(read(delta, 'refusal'))
  choice.legacyCall.name ??= text(read(delta, 'function_call', 'name'))
  choice.legacyCall.arguments.add(read(delta, 'function_call', 'arguments'))
  for (const [place, call] of list(read(delta, 'tool_calls')).entries()) {
    addToolCall(choice.toolCalls, number(read(call, 'index')) ?? place, call, most)
  }
}

function newChoice(most: number): Choice {
  return {
    content: growingText(most),
    reasoning: growingText(most),
    refusal: growingText(most),
    legacyCall: { name: undefined, arguments: growingText(most) },
    toolCalls: new Map(),
    role: undefined,
    finish: undefined,
  }
}

function addToolCall(calls: Map<number, ToolCall>, index: number, part: unknown, most: number): void {
  const known = calls.get(index)
  if (known === undefined && calls.size >= MAX_TOOL_CALLS) return
  const call = known ?? { id: undefined, name: undefined, arguments: growingText(most) }
  if (known === undefined) calls.set(index, call)
  call.id ??= text(read(part, 'id'))
  call.name ??= text(read(part, 'function', 'name')) ?? text(read(part, 'custom', 'name'))
  call.arguments.add(read(part, 'function', 'arguments') ?? read(part, 'custom', 'input'))
}

function completionOf(head: Record<string, unknown>, choices: Map<number, Choice>, usage: unknown): object {
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [...choices].map(([index, choice]) => ({
      index,
      message: messageOf(choice),
      finish_reason: choice.finish ?? null,
    })),
    ...(usage !== undefined && { usage }),
  }
}

function messageOf(choice: Choice): object {
  const { reasoning, refusal, legacyCall, toolCalls } = choice
  return {
    role: choice.role ?? 'assistant',
    content: choice.content.value() ?? null,
    ...(reasoning.value() !== undefined && { reasoning_content: reasoning.value() }),
    ...(refusal.value() !== undefined && { refusal: refusal.value() }),
    ...(legacyCall.name !== undefined && {
      function_call: { name: legacyCall.name, arguments: legacyCall.arguments.value() ?? '' },
    }),
    ...(toolCalls.size > 0 && {
      tool_calls: [...toolCalls.values()].map((call) => ({
        id: call.id ?? '',
        type: 'function',
        function: { name: call.name ?? '', arguments: call.arguments.value() ?? '' },
      })),
    }),
  }
}
