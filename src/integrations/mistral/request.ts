import {
  apiFields,
  type CallContent,
  chatMessage,
  dataAt,
  type Endpoint,
  endpointOf,
  type Fields,
  itemsOf,
  nestedTools,
  parameter,
  read,
  settingAt,
  text,
} from '../base/index.ts'

/** Where a resource of a client sends its requests. */
export const endpointFor = (resource: unknown): Endpoint =>
  endpointOf(read(resource, '_baseURL', 'href') ?? read(resource, 'baseURL', 'href'))

/** Attributes of the parameters of a call; none of them is content. */
export function parametersOf(request: unknown, { attributes }: Endpoint): Fields {
  const stop = settingAt(request, 'stop')
  const choices = settingAt(request, 'n')
  return {
    ...attributes,
    'gen_ai.request.temperature': settingAt(request, 'temperature') ?? undefined,
    'gen_ai.request.top_p': parameter(request, 'topP'),
    'gen_ai.request.max_tokens': parameter(request, 'maxTokens'),
    'gen_ai.request.seed': parameter(request, 'randomSeed'),
    'gen_ai.request.stop_sequences': typeof stop === 'string' ? [stop] : (stop ?? undefined),
    'gen_ai.request.presence_penalty': parameter(request, 'presencePenalty'),
    'gen_ai.request.frequency_penalty': parameter(request, 'frequencyPenalty'),
    'gen_ai.request.choice.count': choices === 1 ? undefined : (choices ?? undefined),
    'gen_ai.request.reasoning_effort': parameter(request, 'reasoningEffort'),
    'gen_ai.output.type': outputType(
      dataAt(request, 'responseFormat', 'type') ?? dataAt(request, 'response_format', 'type'),
    ),
  }
}

function outputType(format: unknown): string | undefined {
  if (text(format) === undefined) return undefined
  return format === 'text' ? 'text' : 'json'
}

/** The request of a chat, in the form of OpenAI's API. */
export function chatContent(data: unknown): CallContent {
  const { messages, ...rest } = apiFields(data)
  return { inputs: { ...rest, messages: itemsOf(messages).map(chatMessage) }, tools: nestedTools(data) }
}

/** The request of any other call. */
export const otherContent = (data: unknown): CallContent => ({ inputs: apiFields(data) })
