import { modelOf } from './openai-chat.ts'
import { CREATED, type Event, field, idOf, type ProviderRequest, pieces, type Reply } from './reply.ts'
import type { ScriptedAnswer, ScriptedUsage } from './script.ts'

// https://platform.openai.com/docs/api-reference/responses/object and .../responses-streaming

/** A response, streamed when the request asks for it. */
export function responsesReply(request: ProviderRequest, answer: ScriptedAnswer): Reply {
  const whole = responseOf(request, answer)
  if (field(request.body, 'stream') !== true) return { json: whole }
  let sequence = 0
  const event = (type: string, data: object): Event => ({
    event: type,
    data: { type, sequence_number: sequence++, ...data },
  })
  const begun = { ...whole, status: 'in_progress', output: [], usage: null, incomplete_details: null }
  const ending = answer.finish === 'length' ? 'response.incomplete' : 'response.completed'
  return {
    events: [
      event('response.created', { response: begun }),
      event('response.in_progress', { response: begun }),
      ...whole.output.flatMap((item, index) => itemEvents(item, index, event)),
      event(ending, { response: whole }),
    ],
  }
}

interface Item {
  readonly id: string
  readonly type: string
  readonly content?: readonly { readonly type: string; readonly text?: string; readonly refusal?: string }[]
  readonly arguments?: string
  readonly summary?: readonly { readonly text: string }[]
}

function responseOf(
  request: ProviderRequest,
  answer: ScriptedAnswer,
): { output: Item[] } & Record<string, unknown> {
  const { body } = request
  return {
    id: idOf('resp_', request),
    object: 'response',
    created_at: CREATED,
    status: answer.finish === 'length' ? 'incomplete' : 'completed',
    background: false,
    error: null,
    incomplete_details: answer.finish === 'length' ? { reason: 'max_output_tokens' } : null,
    instructions: field(body, 'instructions') ?? null,
    max_output_tokens: null,
    model: modelOf(body),
    output: itemsOf(request, answer),
    parallel_tool_calls: true,
    previous_response_id: field(body, 'previous_response_id') ?? null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: true,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: field(body, 'tools') ?? [],
    top_p: 1,
    truncation: 'disabled',
    usage: usageOf(answer.usage),
    metadata: {},
  }
}

function itemsOf(
  request: ProviderRequest,
  { reasoning, search, text, tools, finish }: ScriptedAnswer,
): Item[] {
  const items: (Item & Record<string, unknown>)[] = []
  if (reasoning !== undefined) {
    items.push({
      id: idOf('rs_', request),
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: reasoning } as { text: string }],
    })
  }
  if (search !== undefined) {
    items.push({
      id: idOf('ws_', request),
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', query: search.query },
    })
  }
  if (text !== undefined) {
    const part =
      finish === 'refusal'
        ? { type: 'refusal', refusal: text }
        : { type: 'output_text', text, annotations: [], logprobs: [] }
    items.push({
      id: idOf('msg_', request),
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [part],
    })
  }
  for (const [index, tool] of (tools ?? []).entries()) {
    items.push({
      id: `${idOf('fc_', request)}${index}`,
      type: 'function_call',
      status: 'completed',
      arguments: JSON.stringify(tool.arguments),
      call_id: tool.id ?? `call_${index}`,
      name: tool.name,
      ...(tool.namespace !== undefined && { namespace: tool.namespace }),
    })
  }
  return items
}

function itemEvents(item: Item, output_index: number, event: (type: string, data: object) => Event): Event[] {
  const at = { item_id: item.id, output_index }
  const empty = {
    ...item,
    status: 'in_progress',
    ...(item.content && { content: [] }),
    ...(item.arguments !== undefined && { arguments: '' }),
  }
  const inside: Event[] = []
  for (const [content_index, part] of (item.content ?? []).entries()) {
    const kind = part.type === 'refusal' ? 'refusal' : 'output_text'
    const said = part.text ?? part.refusal ?? ''
    inside.push(event('response.content_part.added', { ...at, content_index, part: { ...part, text: '' } }))
    for (const delta of pieces(said))
      inside.push(event(`response.${kind}.delta`, { ...at, content_index, delta, logprobs: [] }))
    inside.push(
      event(`response.${kind}.done`, {
        ...at,
        content_index,
        [kind === 'refusal' ? 'refusal' : 'text']: said,
      }),
    )
    inside.push(event('response.content_part.done', { ...at, content_index, part }))
  }
  if (item.arguments !== undefined) {
    const middle = Math.ceil(item.arguments.length / 2)
    for (const delta of [item.arguments.slice(0, middle), item.arguments.slice(middle)]) {
      inside.push(event('response.function_call_arguments.delta', { ...at, delta }))
    }
    inside.push(event('response.function_call_arguments.done', { ...at, arguments: item.arguments }))
  }
  return [
    event('response.output_item.added', { output_index, item: empty }),
    ...inside,
    event('response.output_item.done', { output_index, item }),
  ]
}

function usageOf(usage: ScriptedUsage = {}): object {
  const { input = 20, output = 10, cacheRead = 0, reasoning = 0 } = usage
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  }
}
