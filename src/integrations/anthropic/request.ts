import {
  type CallContent,
  dataAt,
  endpointOf,
  type Fields,
  fieldsOf,
  list,
  type ModelCallInit,
  read,
  settingAt,
  shownMessages,
  text,
} from '../base/index.ts'

/** Model and provider of a call: the clients of the clouds send the same requests elsewhere. */
export function common(client: unknown, body: unknown): Pick<ModelCallInit, 'model' | 'provider'> {
  return { model: text(dataAt(body, 'model')), provider: providerOf(client) }
}

function providerOf(client: unknown): string {
  const own = text(read(client, '_genAIProviderName'))
  if (own !== undefined && own !== 'anthropic') return own
  // Clients of the clouds that do not name themselves yet have what their clouds are addressed by.
  if (read(client, 'awsRegion') !== undefined) return 'aws.bedrock'
  if (read(client, 'region') !== undefined && read(client, 'projectId') !== undefined) return 'gcp.vertex_ai'
  return endpointOf(read(client, 'baseURL')).provider ?? 'anthropic'
}

/** Where the client sends its requests. */
export const where = (client: unknown): Fields => endpointOf(read(client, 'baseURL')).attributes

/** Attributes of a message's parameters; none of them is content. */
export function messageParameters(body: unknown): Fields {
  const thinking = text(settingAt(body, 'thinking', 'type'))
  return {
    'gen_ai.request.max_tokens': settingAt(body, 'max_tokens') ?? settingAt(body, 'max_tokens_to_sample'),
    'gen_ai.request.temperature': settingAt(body, 'temperature'),
    'gen_ai.request.top_p': settingAt(body, 'top_p'),
    'gen_ai.request.top_k': settingAt(body, 'top_k'),
    'gen_ai.request.stop_sequences': settingAt(body, 'stop_sequences'),
    'gen_ai.request.stream': settingAt(body, 'stream') === true ? true : undefined,
    'gen_ai.request.reasoning.level': text(settingAt(body, 'output_config', 'effort')),
    'gen_ai.output.type': hasOutputFormat(body) ? 'json' : undefined,
    'anthropic.request.thinking.type': thinking,
    'anthropic.request.thinking.budget_tokens': settingAt(body, 'thinking', 'budget_tokens'),
    'anthropic.request.service_tier': text(settingAt(body, 'service_tier')),
  }
}

const hasOutputFormat = (body: unknown): boolean =>
  (dataAt(body, 'output_config', 'format') ?? dataAt(body, 'output_format') ?? undefined) !== undefined

/** What is recorded of a request. */
export const messageContent = (data: unknown): CallContent => ({
  inputs: messageInputs(data),
  tools: toolsOf(data),
})

/** The request as it is recorded: see {@link shownMessages}; tools without the functions that run them. */
export function messageInputs(body: unknown): unknown {
  const messages = read(body, 'messages')
  const shown = shownMessages(messages)
  const tools = read(body, 'tools')
  const runnable = list(tools).some((tool) => typeof read(tool, 'run') === 'function')
  if (shown === messages && !runnable) return body
  return { ...fieldsOf(body), messages: shown, ...(runnable && { tools: list(tools).map(withoutFunctions) }) }
}

const withoutFunctions = (tool: unknown): object =>
  Object.fromEntries(Object.entries(fieldsOf(tool)).filter(([, value]) => typeof value !== 'function'))

/** The tools of a request in OpenAI's nested form, which is the one that MLflow shows. */
function toolsOf(body: unknown): readonly unknown[] {
  return list(read(body, 'tools')).flatMap((tool) => {
    const name = text(read(tool, 'name')) ?? text(read(tool, 'mcp_server_name')) ?? text(read(tool, 'type'))
    if (name === undefined) return []
    const parameters = parametersOf(read(tool, 'input_schema'))
    return [
      { type: 'function', function: { name, description: text(read(tool, 'description')), ...parameters } },
    ]
  })
}

/** MLflow shows no tool at all when one has parameters without properties. */
function parametersOf(schema: unknown): { parameters?: unknown } {
  return typeof read(schema, 'properties') === 'object' ? { parameters: schema } : {}
}
