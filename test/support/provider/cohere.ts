import { type Event, field, idOf, type ProviderRequest, pieces, type Reply, type Wire } from './reply.ts'
import type { ScriptedAnswer } from './script.ts'

/**
 * Cohere's API, both versions: the first streams lines of JSON, the second server-sent events.
 *
 * @see https://docs.cohere.com/reference/chat
 */
export const cohere: Wire = {
  reply(request, answer) {
    const path = request.path.replace(/\?.*$/, '').replace(/^\/v1(?=\/v\d)/, '')
    const streams = field(request.body, 'stream') === true
    switch (path) {
      case '/v2/chat':
        return streams
          ? { events: chatEvents(request, answer), closing: '[DONE]' }
          : { json: chat(request, answer) }
      case '/v1/chat':
        return streams ? lines(formerEvents(request, answer)) : { json: former(request, answer) }
      case '/v1/generate':
        return streams ? lines(generateEvents(request, answer)) : { json: generated(request, answer) }
      case '/v1/embed':
      case '/v2/embed':
        return { json: embedded(request, path) }
      case '/v1/rerank':
      case '/v2/rerank':
        return { json: ranked(request) }
    }
    return undefined
  },
  error: (status) => ({ id: 'err_1', message: ERRORS[status] ?? 'The server had an error.' }),
  streamError: {
    data: { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'The server had an error.' } },
  },
}

const ERRORS: Readonly<Record<number, string>> = {
  400: 'invalid request: Supported values are known.',
  401: 'invalid api token',
  429: 'Rate limit reached',
}

/** Of `usage` and `meta`. */
function usageOf({ usage = {} }: ScriptedAnswer): object {
  const { input = 20, output = 10, cacheRead } = usage
  return {
    billed_units: { input_tokens: Math.floor(input / 2), output_tokens: output },
    tokens: { input_tokens: input, output_tokens: output },
    ...(cacheRead !== undefined && { cached_tokens: cacheRead }),
  }
}

const finishOf = ({ finish, tools }: ScriptedAnswer): string =>
  finish === 'length' ? 'MAX_TOKENS' : tools ? 'TOOL_CALL' : 'COMPLETE'

const callsOf = ({ tools = [] }: ScriptedAnswer): object[] =>
  tools.map((tool, index) => ({
    id: tool.id ?? `call_${index}`,
    type: 'function',
    function: { name: tool.name, arguments: JSON.stringify(tool.arguments) },
  }))

function chat(request: ProviderRequest, answer: ScriptedAnswer): object {
  const content = [
    ...(answer.reasoning === undefined ? [] : [{ type: 'thinking', thinking: answer.reasoning }]),
    ...(answer.text === undefined ? [] : [{ type: 'text', text: answer.text }]),
  ]
  const calls = callsOf(answer)
  return {
    id: idOf('c-', request),
    finish_reason: finishOf(answer),
    message: {
      role: 'assistant',
      ...(content.length > 0 && { content }),
      ...(calls.length > 0 && { tool_plan: 'I will look.', tool_calls: calls }),
    },
    usage: usageOf(answer),
  }
}

function chatEvents(request: ProviderRequest, answer: ScriptedAnswer): Event[] {
  const event = (type: string, more: object): Event => ({ event: type, data: { type, ...more } })
  const message = (type: string, index: number, part: object): Event =>
    event(type, { index, delta: { message: part } })
  const texts = [
    ...pieces(answer.reasoning ?? '').map((thinking) =>
      message('content-delta', 0, { content: { thinking } }),
    ),
    ...pieces(answer.text ?? '').map((text) => message('content-delta', 0, { content: { text } })),
  ]
  const calls = callsOf(answer).flatMap((call, index) => {
    const { function: called, ...rest } = call as { function: { name: string; arguments: string } }
    const [half, other] = [called.arguments.slice(0, 5), called.arguments.slice(5)]
    const delta = (piece: string): Event =>
      message('tool-call-delta', index, { tool_calls: { function: { arguments: piece } } })
    return [
      message('tool-call-start', index, { tool_calls: { ...rest, function: { ...called, arguments: '' } } }),
      delta(half),
      delta(other),
      event('tool-call-end', { index }),
    ]
  })
  return [
    event('message-start', { id: idOf('c-', request), delta: { message: { role: 'assistant' } } }),
    ...(texts.length > 0 ? [message('content-start', 0, { content: { type: 'text', text: '' } })] : []),
    ...texts,
    ...(texts.length > 0 ? [event('content-end', { index: 0 })] : []),
    ...(calls.length > 0
      ? [event('tool-plan-delta', { delta: { message: { tool_plan: 'I will look.' } } })]
      : []),
    ...calls,
    event('message-end', { delta: { finish_reason: finishOf(answer), usage: usageOf(answer) } }),
  ]
}

function former(request: ProviderRequest, answer: ScriptedAnswer): object {
  const calls = answer.tools?.map(({ name, arguments: parameters }) => ({ name, parameters }))
  return {
    response_id: idOf('r-', request),
    generation_id: idOf('g-', request),
    text: answer.text ?? '',
    finish_reason: answer.finish === 'length' ? 'MAX_TOKENS' : 'COMPLETE',
    ...(calls && { tool_calls: calls }),
    meta: { api_version: { version: '1' }, ...usageOf(answer) },
  }
}

function formerEvents(request: ProviderRequest, answer: ScriptedAnswer): object[] {
  const response = former(request, answer)
  const calls = field(response, 'tool_calls')
  return [
    { event_type: 'stream-start', is_finished: false, generation_id: idOf('g-', request) },
    ...pieces(answer.text ?? '').map((text) => ({ event_type: 'text-generation', is_finished: false, text })),
    ...(calls === undefined
      ? []
      : [{ event_type: 'tool-calls-generation', is_finished: false, tool_calls: calls }]),
    {
      event_type: 'stream-end',
      is_finished: true,
      finish_reason: field(response, 'finish_reason'),
      response,
    },
  ]
}

const generated = (request: ProviderRequest, answer: ScriptedAnswer): object => ({
  id: idOf('gen-', request),
  prompt: field(request.body, 'prompt'),
  generations: [{ id: idOf('g-', request), text: answer.text ?? '', finish_reason: 'COMPLETE' }],
  meta: usageOf(answer),
})

function generateEvents(request: ProviderRequest, answer: ScriptedAnswer): object[] {
  const { prompt: _prompt, meta: _meta, ...response } = generated(request, answer) as Record<string, unknown>
  return [
    ...pieces(answer.text ?? '').map((text) => ({ event_type: 'text-generation', is_finished: false, text })),
    { event_type: 'stream-end', is_finished: true, finish_reason: 'COMPLETE', response },
  ]
}

/** What is sent whole: the client takes it apart. */
const lines = (events: readonly object[]): Reply => ({
  bytes: Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
  type: 'application/stream+json',
})

function embedded(request: ProviderRequest, path: string): object {
  const texts = (field(request.body, 'texts') as string[] | undefined) ?? []
  const vectors = texts.map(() => [0.25, -0.5, 1])
  const isFormer = path === '/v1/embed'
  return {
    id: idOf('e-', request),
    response_type: isFormer ? 'embeddings_floats' : 'embeddings_by_type',
    embeddings: isFormer ? vectors : { float: vectors },
    texts,
    meta: {
      api_version: { version: isFormer ? '1' : '2' },
      billed_units: { input_tokens: 8 * texts.length },
    },
  }
}

function ranked(request: ProviderRequest): object {
  const documents = (field(request.body, 'documents') as unknown[] | undefined) ?? []
  return {
    id: idOf('k-', request),
    results: documents.map((_document, index) => ({ index, relevance_score: 0.9 - index / 10 })),
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
  }
}
