import { type Fields, fieldsOf, list, read, text } from '../method.ts'
import type { CallContent } from '../model-call-type.ts'
import { dataAt, settingAt } from '../own-data.ts'
import type { Endpoint } from '../providers.ts'

/** Attributes of a chat completion's parameters; none of them is content. One literal: it is made for each call. */
export function chatParameters(body: unknown, { attributes }: Endpoint): Fields {
  const stop = settingAt(body, 'stop')
  const choices = settingAt(body, 'n')
  return {
    'server.address': attributes['server.address'],
    'server.port': attributes['server.port'],
    'gen_ai.request.temperature': settingAt(body, 'temperature'),
    'gen_ai.request.top_p': settingAt(body, 'top_p'),
    'gen_ai.request.top_k': settingAt(body, 'top_k'),
    'gen_ai.request.stream': settingAt(body, 'stream') === true ? true : undefined,
    'gen_ai.request.max_tokens': settingAt(body, 'max_completion_tokens') ?? settingAt(body, 'max_tokens'),
    'gen_ai.request.frequency_penalty': settingAt(body, 'frequency_penalty'),
    'gen_ai.request.presence_penalty': settingAt(body, 'presence_penalty'),
    'gen_ai.request.stop_sequences': typeof stop === 'string' ? [stop] : (stop ?? undefined),
    'gen_ai.request.seed': settingAt(body, 'seed'),
    'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
    'gen_ai.request.reasoning.level': settingAt(body, 'reasoning_effort'),
    'gen_ai.output.type': outputType(settingAt(body, 'response_format', 'type')),
    'openai.request.service_tier': text(settingAt(body, 'service_tier')),
  }
}

/** Attributes of the parameters of a call of the Responses API. */
export function responsesParameters(body: unknown, { attributes }: Endpoint): Fields {
  return {
    'server.address': attributes['server.address'],
    'server.port': attributes['server.port'],
    'gen_ai.request.temperature': settingAt(body, 'temperature'),
    'gen_ai.request.top_p': settingAt(body, 'top_p'),
    'gen_ai.request.stream': settingAt(body, 'stream') === true ? true : undefined,
    'gen_ai.request.max_tokens': settingAt(body, 'max_output_tokens'),
    'gen_ai.request.reasoning.level': settingAt(body, 'reasoning', 'effort'),
    'gen_ai.output.type': outputType(settingAt(body, 'text', 'format', 'type')),
    'gen_ai.conversation.id':
      text(settingAt(body, 'conversation')) ?? text(dataAt(body, 'conversation', 'id')),
    'gen_ai.request.previous_response.id': text(settingAt(body, 'previous_response_id')),
    'gen_ai.prompt.name': text(settingAt(body, 'prompt', 'id')),
    'gen_ai.prompt.version': text(settingAt(body, 'prompt', 'version')),
    'openai.request.service_tier': text(settingAt(body, 'service_tier')),
  }
}

function outputType(format: unknown): string | undefined {
  if (format === undefined) return undefined
  return format === 'text' ? 'text' : 'json'
}

/** What is recorded of a chat completion. */
export const chatContent = (data: unknown): CallContent => ({
  inputs: chatInputs(data),
  tools: nestedTools(data),
})

/** {@link chatContent} of a call of the Responses API. */
export const responsesContent = (data: unknown): CallContent => ({
  inputs: responsesInputs(data),
  tools: nestedTools(data),
})

/** The request as MLflow shows it as a chat: its Chat tab knows no `developer`, who is the `system` of today. */
function chatInputs(body: unknown): unknown {
  const messages = list(read(body, 'messages'))
  if (!messages.some((message) => read(message, 'role') === 'developer')) return body
  return { ...fieldsOf(body), messages: messages.map(withSystemRole) }
}

/** As {@link chatInputs}, for the Responses API. */
function responsesInputs(body: unknown): unknown {
  const input = list(read(body, 'input'))
  if (!input.some((item) => read(item, 'role') === 'developer')) return body
  return { ...fieldsOf(body), input: input.map(withSystemRole) }
}

const withSystemRole = (message: unknown): unknown =>
  read(message, 'role') === 'developer' ? { ...fieldsOf(message), role: 'system' } : message

/** The tools of a request in the nested form, which is the one that MLflow shows. */
export function nestedTools(body: unknown): readonly unknown[] {
  const tools = list(read(body, 'tools'))
  const former = list(read(body, 'functions'))
  if (tools.length === 0 && former.length === 0) return former
  return [...tools.flatMap(nestedTool), ...former.map((fn) => ({ type: 'function', function: fn }))]
}

function nestedTool(tool: unknown): object[] {
  const nested = read(tool, 'function')
  const definition = typeof nested === 'object' && nested !== null ? nested : tool
  const name =
    text(read(definition, 'name')) ?? text(read(tool, 'custom', 'name')) ?? text(read(tool, 'type'))
  if (name === undefined) return []
  const described = {
    name,
    description: text(read(definition, 'description')),
    parameters: read(definition, 'parameters') ?? undefined,
  }
  return [{ type: 'function', function: described }]
}
