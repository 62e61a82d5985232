import { openai } from './openai.ts'
import { type Event, field, idOf, type Reply, type Wire } from './reply.ts'

/**
 * Together's API: OpenAI's, with `eos` where a model came to its end, the text of a chunk twice, cached tokens beside the others, and
 * some endpoints of its own.
 *
 * @see https://docs.together.ai/reference/chat-completions
 */
export const together: Wire = {
  ...openai,
  reply(request, answer) {
    const path = request.path.replace(/\?.*$/, '')
    if (path.endsWith('/rerank')) {
      const documents = field(request.body, 'documents') as unknown[]
      const results = documents.map((_document, index) => ({ index, relevance_score: 0.9 - index / 10 }))
      return {
        json: {
          id: idOf('rerank-', request),
          object: 'rerank',
          model: field(request.body, 'model'),
          results,
          usage: { prompt_tokens: 12, completion_tokens: 0, total_tokens: 12 },
        },
      }
    }
    if (path.endsWith('/videos'))
      return { json: { id: idOf('video-', request), object: 'video', status: 'queued' } }
    const made = openai.reply(request, answer)
    return made !== undefined && path.endsWith('/chat/completions') ? own(made) : made
  },
}

function own(made: Reply): Reply {
  if ('json' in made) {
    const json = made.json as { choices: Choice[]; usage: object }
    return { json: { ...json, prompt: [], choices: json.choices.map(ended), usage: counted(json.usage) } }
  }
  if (!('events' in made)) return made
  return {
    ...made,
    events: made.events.map(({ data }): Event => {
      const { choices, usage, ...rest } = data as { choices: Choice[]; usage?: object | null }
      const text = (choice: Choice): unknown => field(choice.delta, 'content') ?? ''
      return {
        data: {
          ...rest,
          choices: choices.map((choice) => ({ ...ended(choice), text: text(choice) })),
          usage: usage ? counted(usage) : null,
        },
      }
    }),
  }
}

interface Choice {
  readonly finish_reason: string | null
  readonly delta?: object
}

const ended = (choice: Choice): Choice =>
  choice.finish_reason === 'stop' ? { ...choice, finish_reason: 'eos' } : choice

function counted(usage: object): object {
  const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details } = usage as Record<
    string,
    unknown
  >
  const cached_tokens = field(prompt_tokens_details, 'cached_tokens')
  return { prompt_tokens, completion_tokens, total_tokens, cached_tokens }
}
