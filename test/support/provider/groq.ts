import { openai } from './openai.ts'
import { type Event, field, idOf, type ProviderRequest, type Reply, type Wire } from './reply.ts'
import type { ScriptedAnswer } from './script.ts'

/**
 * Groq's API: OpenAI's, with times in the usage, thoughts under another name, the tools that its systems ran, and the tokens of
 * streams in `x_groq`.
 *
 * @see https://console.groq.com/docs/api-reference
 */
export const groq: Wire = {
  ...openai,
  reply(request, answer) {
    const made = openai.reply(request, answer)
    return made !== undefined && request.path.includes('/chat/completions')
      ? own(made, request, answer)
      : made
  },
}

function own(made: Reply, request: ProviderRequest, answer: ScriptedAnswer): Reply {
  const id = idOf('req_', request)
  if ('json' in made) {
    const json = made.json as { choices: { message: object }[]; usage: object }
    const choices = json.choices.map((choice) => ({
      ...choice,
      message: {
        ...renamed(choice.message),
        ...(answer.search && { executed_tools: [{ ...executed(answer), ...output(answer) }] }),
      },
    }))
    return { json: { ...json, choices, usage: timed(json.usage), x_groq: { id } } }
  }
  if (!('events' in made)) return made
  // Its usage comes unasked, beside the end.
  const { usage } = (openai.reply(unstreamed(request), answer) as { json: { usage: object } }).json
  const [first, ...rest] = made.events
  const ran: Event[] = answer.search
    ? [
        delta(first, { executed_tools: [executed(answer)] }),
        delta(first, { executed_tools: [{ ...executed(answer), ...output(answer) }] }),
      ]
    : []
  const events = rest.map(({ data }): Event => {
    const [choice] = field(data, 'choices') as { delta: object; finish_reason: unknown }[]
    if (choice === undefined) return { data }
    const changed = { ...(data as object), choices: [{ ...choice, delta: renamed(choice.delta) }] }
    return {
      data: choice.finish_reason === null ? changed : { ...changed, x_groq: { id, usage: timed(usage) } },
    }
  })
  const opened = { data: { ...(first?.data as object), x_groq: { id } } }
  return { ...made, events: [opened, ...ran, ...events] }
}

const unstreamed = (request: ProviderRequest): ProviderRequest => ({
  ...request,
  body: { ...(request.body as object), stream: false },
})

const delta = (like: Event | undefined, part: object): Event => ({
  data: {
    ...(like?.data as object),
    choices: [{ index: 0, delta: part, logprobs: null, finish_reason: null }],
  },
})

const executed = ({ search }: ScriptedAnswer): object => ({
  index: 0,
  type: 'search',
  arguments: JSON.stringify({ query: search?.query }),
})

const output = ({ search }: ScriptedAnswer): object => ({
  output: search?.results.map(({ title, url }) => `${title}: ${url}`).join('\n'),
})

function renamed(message: object): object {
  const {
    reasoning_content: reasoning,
    refusal: _refusal,
    annotations: _none,
    ...rest
  } = message as Record<string, unknown>
  return { ...rest, ...(reasoning !== undefined && { reasoning }) }
}

const timed = (usage: object): object => ({
  queue_time: 0.02,
  prompt_time: 0.01,
  completion_time: 0.1,
  total_time: 0.11,
  ...usage,
})
