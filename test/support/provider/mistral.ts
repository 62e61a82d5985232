import { openai } from './openai.ts'
import { type Event, field, idOf, type ProviderRequest, pieces, type Reply, type Wire } from './reply.ts'
import type { ScriptedAnswer } from './script.ts'

/**
 * Mistral's API: OpenAI's for chats, agents and completions in the middle, with thoughts as a part of the content and calls of
 * tools whole; conversations with events of their own.
 *
 * @see https://docs.mistral.ai/api
 */
export const mistral: Wire = {
  ...openai,
  reply(request, answer) {
    const path = request.path.replace(/[?#].*$/, '')
    if (/^\/v1\/(chat|agents|fim)\/completions$/.test(path)) {
      const made = openai.reply(
        { ...request, path: '/v1/chat/completions', body: withUsage(request.body) },
        answer,
      )
      return made && own(made, request, answer)
    }
    if (path.startsWith('/v1/conversations')) return conversation(request, answer)
    if (path.endsWith('/moderations') || path.endsWith('/classifications'))
      return { json: judged(request, path) }
    if (path.endsWith('/ocr')) return { json: read(request) }
    const made = openai.reply(request, answer)
    return path.endsWith('/embeddings') && made && 'json' in made
      ? embedded(request, made.json as object)
      : made
  },
  error: (status) =>
    status === 422
      ? { detail: [{ loc: ['body', 'messages'], msg: 'Field required', type: 'missing' }] }
      : { object: 'error', ...(field(openai.error(status), 'error') as object) },
}

/** It reports the tokens of streams unasked. */
const withUsage = (body: unknown): object => ({
  model: 'mistral-medium-latest',
  ...(body as object),
  stream_options: { include_usage: true },
})

interface Choice {
  readonly index: number
  readonly finish_reason: string | null
  readonly message?: Readonly<Record<string, unknown>>
  readonly delta?: Readonly<Record<string, unknown>>
}

function own(made: Reply, request: ProviderRequest, answer: ScriptedAnswer): Reply {
  if ('json' in made) {
    const {
      choices,
      service_tier: _tier,
      system_fingerprint: _print,
      ...json
    } = made.json as {
      choices: Choice[]
    } & Record<string, unknown>
    const message = {
      role: 'assistant',
      prefix: false,
      tool_calls: choices[0]?.message?.tool_calls ?? null,
      content: contentOf(answer, choices[0]?.message?.content),
    }
    return { json: { ...json, choices: [{ index: 0, message, finish_reason: choices[0]?.finish_reason }] } }
  }
  if (!('events' in made)) return made
  const said = made.events.map(({ data }) => data as { choices: Choice[]; usage: unknown })
  const usage = said.at(-1)?.usage
  const chunk = (delta: object, finish: string | null = null): Event => ({
    data: {
      id: idOf('cmpl-', request),
      object: 'chat.completion.chunk',
      created: 1_760_000_000,
      model: field(request.body, 'model') ?? 'mistral-medium-latest',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...(finish !== null && { usage }),
    },
  })
  const finish = said.flatMap(({ choices }) => choices[0]?.finish_reason ?? []).at(-1) ?? 'stop'
  const calls = answer.tools?.map((tool, index) => ({
    id: tool.id ?? `call_${index}`,
    type: 'function',
    function: { name: tool.name, arguments: JSON.stringify(tool.arguments) },
    index,
  }))
  return {
    events: [
      chunk({ role: 'assistant', content: '' }),
      ...pieces(answer.reasoning ?? '').map((piece) => chunk({ content: [thought(piece)] })),
      ...pieces(answer.text ?? '').map((piece) => chunk({ content: piece })),
      chunk({ content: '', ...(calls && { tool_calls: calls }) }, finish),
    ],
    closing: '[DONE]',
  }
}

const thought = (piece: string): object => ({ type: 'thinking', thinking: [{ type: 'text', text: piece }] })

const contentOf = ({ reasoning }: ScriptedAnswer, said: unknown): unknown =>
  reasoning === undefined ? (said ?? '') : [thought(reasoning), { type: 'text', text: said }]

const USAGE = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }

function conversation(request: ProviderRequest, answer: ScriptedAnswer): Reply {
  const id = idOf('conv_', request)
  const model = field(request.body, 'model') ?? 'mistral-medium-latest'
  const calls = (answer.tools ?? []).map((tool, index) => ({
    id: `fc_${index}`,
    model,
    name: tool.name,
    tool_call_id: tool.id ?? `call_${index}`,
    arguments: JSON.stringify(tool.arguments),
  }))
  const ran = answer.search && {
    id: 'tool_exec_1',
    name: 'web_search',
    arguments: JSON.stringify({ query: answer.search.query }),
  }
  if (field(request.body, 'stream') !== true) {
    const outputs = [
      ...(ran ? [{ object: 'entry', type: 'tool.execution', ...ran }] : []),
      ...(answer.text === undefined
        ? []
        : [
            {
              object: 'entry',
              type: 'message.output',
              id: 'msg_1',
              role: 'assistant',
              model,
              content: answer.text,
            },
          ]),
      ...calls.map((call) => ({ object: 'entry', type: 'function.call', ...call })),
    ]
    return { json: { object: 'conversation.response', conversation_id: id, outputs, usage: USAGE } }
  }
  const event = (type: string, more: object): Event => ({ event: type, data: { type, ...more } })
  return {
    events: [
      event('conversation.response.started', { conversation_id: id }),
      ...(ran
        ? [
            event('tool.execution.started', { output_index: 0, ...ran }),
            event('tool.execution.done', { output_index: 0, id: ran.id, name: ran.name }),
          ]
        : []),
      ...pieces(answer.text ?? '').map((content) =>
        event('message.output.delta', {
          output_index: 1,
          id: 'msg_1',
          content_index: 0,
          role: 'assistant',
          model,
          content,
        }),
      ),
      ...calls.map((call, index) => event('function.call.delta', { output_index: index + 1, ...call })),
      event('conversation.response.done', { usage: USAGE }),
    ],
  }
}

const embedded = (request: ProviderRequest, json: object): Reply => ({
  json: {
    ...json,
    id: idOf('embd-', request),
    model: field(request.body, 'model'),
    usage: { ...(field(json, 'usage') as object), completion_tokens: 0 },
  },
})

const judged = (request: ProviderRequest, path: string): object => ({
  id: idOf('mod-', request),
  model: field(request.body, 'model'),
  results: [
    path.endsWith('/moderations')
      ? { categories: { violence_and_threats: true }, category_scores: { violence_and_threats: 0.9 } }
      : { tone: { scores: { kind: 0.9 } } },
  ],
})

const read = (request: ProviderRequest): object => ({
  model: field(request.body, 'model'),
  pages: [{ index: 0, markdown: '# Paris', images: [], dimensions: null }],
  usage_info: { pages_processed: 1, doc_size_bytes: 100 },
})
