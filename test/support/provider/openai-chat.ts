import { CREATED, type Event, field, idOf, type ProviderRequest, pieces, type Reply } from './reply.ts'
import type { ScriptedAnswer, ScriptedUsage } from './script.ts'

// https://platform.openai.com/docs/api-reference/chat/object and .../chat-streaming

/** A chat completion, streamed when the request asks for it. */
export function chatReply(request: ProviderRequest, answer: ScriptedAnswer): Reply {
  const { body } = request
  const head = {
    id: idOf('chatcmpl-', request),
    created: CREATED,
    model: modelOf(body),
    service_tier: 'default',
    system_fingerprint: 'fp_44709d6fcb',
  }
  if (field(body, 'stream') !== true) {
    const message = {
      role: 'assistant',
      content: answer.finish === 'refusal' ? null : (answer.text ?? null),
      refusal: answer.finish === 'refusal' ? (answer.text ?? null) : null,
      annotations: [],
      ...(answer.reasoning !== undefined && { reasoning_content: answer.reasoning }),
      ...(answer.tools && { tool_calls: answer.tools.map(toolCall) }),
    }
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer) }]
    return { json: { ...head, object: 'chat.completion', choices, usage: usageOf(answer.usage) } }
  }
  const chunk = (choices: object[], usage?: object | null): Event => ({
    data: { ...head, object: 'chat.completion.chunk', choices, ...(usage !== undefined && { usage }) },
  })
  const wantsUsage = field(field(body, 'stream_options'), 'include_usage') === true
  const none = wantsUsage ? null : undefined
  const delta = (part: object, finish: string | null = null): Event =>
    chunk([{ index: 0, delta: part, logprobs: null, finish_reason: finish }], none)
  return {
    events: [
      delta({ role: 'assistant', content: answer.tools ? null : '', refusal: null }),
      ...pieces(answer.reasoning ?? '').map((piece) => delta({ reasoning_content: piece })),
      ...pieces(answer.text ?? '').map((piece) =>
        delta(answer.finish === 'refusal' ? { refusal: piece } : { content: piece }),
      ),
      ...(answer.tools ?? []).flatMap((tool, index) =>
        toolEvents(tool, index).map((part) => delta({ tool_calls: [part] })),
      ),
      delta({}, finishOf(answer)),
      ...(wantsUsage ? [chunk([], usageOf(answer.usage))] : []),
    ],
    closing: '[DONE]',
  }
}

/** The former completions of plain text. */
export function completionReply(request: ProviderRequest, answer: ScriptedAnswer): Reply {
  const head = {
    id: idOf('cmpl-', request),
    object: 'text_completion',
    created: CREATED,
    model: modelOf(request.body),
  }
  const choice = (text: string, finish: string | null): object => ({
    text,
    index: 0,
    logprobs: null,
    finish_reason: finish,
  })
  if (field(request.body, 'stream') !== true) {
    return {
      json: { ...head, choices: [choice(answer.text ?? '', finishOf(answer))], usage: usageOf(answer.usage) },
    }
  }
  const events = pieces(answer.text ?? '').map((piece) => ({
    data: { ...head, choices: [choice(piece, null)] },
  }))
  return {
    events: [...events, { data: { ...head, choices: [choice('', finishOf(answer))] } }],
    closing: '[DONE]',
  }
}

/** The model as the service names it: with its date. */
export function modelOf(body: unknown): string {
  const asked = field(body, 'model')
  return asked === 'gpt-4o' ? 'gpt-4o-2024-08-06' : typeof asked === 'string' ? asked : 'gpt-4o-2024-08-06'
}

function toolCall(tool: NonNullable<ScriptedAnswer['tools']>[number], index: number): object {
  return {
    id: tool.id ?? `call_${index}`,
    type: 'function',
    function: { name: tool.name, arguments: JSON.stringify(tool.arguments) },
  }
}

function toolEvents(tool: NonNullable<ScriptedAnswer['tools']>[number], index: number): object[] {
  const text = JSON.stringify(tool.arguments)
  const middle = Math.ceil(text.length / 2)
  return [
    { index, id: tool.id ?? `call_${index}`, type: 'function', function: { name: tool.name, arguments: '' } },
    { index, function: { arguments: text.slice(0, middle) } },
    { index, function: { arguments: text.slice(middle) } },
  ]
}

function finishOf({ finish, tools }: ScriptedAnswer): string {
  if (finish === 'length') return 'length'
  if (finish === 'filter') return 'content_filter'
  return tools && finish !== 'stop' ? 'tool_calls' : 'stop'
}

function usageOf(usage: ScriptedUsage = {}): object {
  const { input = 20, output = 10, cacheRead = 0, reasoning = 0, audioInput = 0, audioOutput = 0 } = usage
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: audioInput },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: audioOutput,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
