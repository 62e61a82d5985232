import { eventStream } from './event-stream.ts'
import { type Event, field, idOf, type ProviderRequest, pieces, type Reply, type Wire } from './reply.ts'
import type { ScriptedAnswer, ScriptedUsage } from './script.ts'

/** Anthropic's Messages API. Payloads follow https://docs.anthropic.com/en/api/messages and .../build-with-claude/streaming */
export const anthropic: Wire = {
  reply(request, answer) {
    const path = request.path.replace(/\?.*$/, '')
    if (/\/messages\/count_tokens$|\/count-tokens:rawPredict$/.test(path)) {
      return { json: { input_tokens: answer.usage?.input ?? 20 } }
    }
    if (/\/messages\/batches(\/|$)/.test(path)) return batchesReply(request, path)
    const model = /\/v1\/models\/([^/]+)$/.exec(path)?.[1]
    if (model !== undefined) {
      return { json: { id: model, type: 'model', display_name: model, created_at: '2026-01-01T00:00:00Z' } }
    }
    if (path.endsWith('/v1/complete')) return completionReply(request, answer)
    const onVertex = /:(streamRawPredict|rawPredict)$/.exec(path)
    const onBedrock = /\/model\/[^/]+\/(invoke|invoke-with-response-stream)$/.exec(path)
    if (!path.endsWith('/messages') && !onVertex && !onBedrock) return undefined
    const streams = field(request.body, 'stream') === true || onVertex?.[1] === 'streamRawPredict'
    const message = messageOf(request, answer)
    if (onBedrock?.[1] === 'invoke-with-response-stream') {
      const bytes = eventStream(eventsOf(message, answer).map(({ data }) => data))
      return { bytes, type: 'application/vnd.amazon.eventstream' }
    }
    return streams ? { events: eventsOf(message, answer) } : { json: message }
  },
  error: (status) => ({
    type: 'error',
    error: { type: ERRORS[status] ?? 'api_error', message: `Scripted error ${status}` },
    request_id: 'req_scripted',
  }),
  streamError: {
    event: 'error',
    data: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  },
}

function batchesReply(request: ProviderRequest, path: string): Reply {
  const id = 'msgbatch_scripted'
  if (path.endsWith('/results')) {
    const message = messageOf(request, { text: 'Hello from a batch.' })
    const line = { custom_id: 'one', result: { type: 'succeeded', message } }
    return { bytes: Buffer.from(`${JSON.stringify(line)}\n`), type: 'application/x-jsonl' }
  }
  if (request.method === 'DELETE') return { json: { id, type: 'message_batch_deleted' } }
  return {
    json: {
      id,
      type: 'message_batch',
      processing_status: path.endsWith('/cancel') ? 'canceling' : 'ended',
      request_counts: { processing: 0, succeeded: 1, errored: 0, canceled: 0, expired: 0 },
      results_url: `http://${request.headers.host}/${request.script}/${request.run}/v1/messages/batches/${id}/results`,
    },
  }
}

function completionReply(request: ProviderRequest, answer: ScriptedAnswer): Reply {
  const whole = {
    type: 'completion',
    id: idOf('compl_', request),
    model: 'claude-2.1',
    stop_reason: 'stop_sequence',
  }
  const text = answer.text ?? ''
  if (field(request.body, 'stream') !== true) return { json: { ...whole, completion: text } }
  return {
    events: [
      ...pieces(text).map((piece) => ({ ...whole, completion: piece, stop_reason: null })),
      { ...whole, completion: '' },
    ].map((data) => ({ event: 'completion', data })),
  }
}

const ERRORS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

interface Block {
  readonly type: string
  readonly text?: string
  readonly thinking?: string
  readonly signature?: string
  readonly id?: string
  readonly name?: string
  readonly input?: object
  readonly citations?: readonly object[]
  readonly tool_use_id?: string
  readonly content?: unknown
}

interface Message {
  readonly content: readonly Block[]
  readonly stop_reason: string
  readonly usage: Readonly<Record<string, unknown>>
}

function messageOf(request: ProviderRequest, answer: ScriptedAnswer): Message & Record<string, unknown> {
  return {
    id: idOf('msg_', request),
    type: 'message',
    role: 'assistant',
    model:
      typeof field(request.body, 'model') === 'string' ? field(request.body, 'model') : 'claude-sonnet-4-5',
    content: blocksOf(answer),
    stop_reason: stopOf(answer),
    stop_sequence: null,
    usage: {
      ...usageOf(answer.usage),
      ...(answer.search && { server_tool_use: { web_search_requests: 1 } }),
    },
  }
}

function blocksOf({ reasoning, search, text, tools }: ScriptedAnswer): Block[] {
  return [
    ...(reasoning === undefined
      ? []
      : [{ type: 'thinking', thinking: reasoning, signature: 'c2lnbmF0dXJl' }]),
    ...searchBlocks(search),
    ...(text === undefined
      ? []
      : [{ type: 'text', text, ...(search && { citations: citationsOf(search) }) }]),
    ...(tools ?? []).map((tool, index) => ({
      type: 'tool_use',
      id: tool.id?.replace(/^call_/, 'toolu_') ?? `toolu_${index}`,
      name: tool.name,
      input: tool.arguments,
    })),
  ]
}

function searchBlocks(search: ScriptedAnswer['search']): Block[] {
  if (search === undefined) return []
  const content = search.results.map((result) => ({
    type: 'web_search_result',
    ...result,
    encrypted_content: 'ZW5jcnlwdGVk',
    page_age: null,
  }))
  return [
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: search.query } },
    { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content },
  ]
}

const citationsOf = ({ results }: NonNullable<ScriptedAnswer['search']>): object[] =>
  results.map((result) => ({
    type: 'web_search_result_location',
    ...result,
    encrypted_index: 'aW5kZXg=',
    cited_text: 'It is sunny',
  }))

function stopOf({ finish, tools }: ScriptedAnswer): string {
  if (finish === 'length') return 'max_tokens'
  if (finish === 'refusal' || finish === 'filter') return 'refusal'
  return tools && finish !== 'stop' ? 'tool_use' : 'end_turn'
}

/** The input tokens of the API leave out those that were read from the cache or written to it. */
function usageOf(usage: ScriptedUsage = {}): Readonly<Record<string, unknown>> {
  const { input = 20, output = 10, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = usage
  return {
    input_tokens: input - cacheRead - cacheWrite5m - cacheWrite1h,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens: output,
    service_tier: 'standard',
  }
}

function eventsOf(message: Message, answer: ScriptedAnswer): Event[] {
  const event = (type: string, data: object): Event => ({ event: type, data: { type, ...data } })
  const start = { ...message, content: [], stop_reason: null, usage: { ...message.usage, output_tokens: 1 } }
  return [
    event('message_start', { message: start }),
    event('ping', {}),
    ...message.content.flatMap((block, index) => [
      event('content_block_start', { index, content_block: emptyBlock(block) }),
      ...deltasOf(block).map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ]),
    event('message_delta', {
      delta: { stop_reason: message.stop_reason, stop_sequence: null },
      usage: {
        output_tokens: answer.usage?.output ?? 10,
        ...(answer.search && { server_tool_use: { web_search_requests: 1 } }),
      },
    }),
    event('message_stop', {}),
  ]
}

function emptyBlock(block: Block): object {
  if (block.input !== undefined) return { ...block, input: {} }
  if (block.type === 'web_search_tool_result') return block
  return block.type === 'thinking'
    ? { type: 'thinking', thinking: '', signature: '' }
    : { type: 'text', text: '' }
}

function deltasOf(block: Block): object[] {
  if (block.type === 'web_search_tool_result') return []
  if (block.input !== undefined) {
    const text = JSON.stringify(block.input)
    const middle = Math.ceil(text.length / 2)
    return ['', text.slice(0, middle), text.slice(middle)].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    }))
  }
  if (block.type === 'thinking') {
    return [
      ...pieces(block.thinking ?? '').map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: block.signature },
    ]
  }
  return [
    ...(block.citations ?? []).map((citation) => ({ type: 'citations_delta', citation })),
    ...pieces(block.text ?? '').map((text) => ({ type: 'text_delta', text })),
  ]
}
