import { dataAt, type Fields, fieldsOf, list, read, settingAt, text } from '../base/index.ts'

/** `gen_ai.provider.name` by LangChain's name of the provider. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  google_genai: 'gcp.gemini',
  google_vertexai: 'gcp.vertex_ai',
  amazon_bedrock: 'aws.bedrock',
  bedrock: 'aws.bedrock',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  together: 'together_ai',
  xai: 'x_ai',
  fireworks: 'fireworks_ai',
  ibm: 'ibm.watsonx.ai',
  watsonx: 'ibm.watsonx.ai',
}

/** Provider and model of a run, as far as LangChain says. */
export function modelOf(metadata: Fields, serialized: unknown, parameters: unknown): ModelName {
  const provider = text(metadata.ls_provider)?.toLowerCase() ?? providerOfId(read(serialized, 'id'))
  const model =
    text(metadata.ls_model_name) ??
    text(dataAt(parameters, 'model')) ??
    text(dataAt(parameters, 'model_name')) ??
    text(dataAt(parameters, 'modelName')) ??
    text(dataAt(parameters, 'modelId'))
  return { model, provider: provider === undefined ? undefined : (PROVIDERS[provider] ?? provider) }
}

export interface ModelName {
  readonly model: string | undefined
  readonly provider: string | undefined
}

/** Of `['langchain', 'chat_models', 'openai', 'ChatOpenAI']` the third part. */
function providerOfId(id: unknown): string | undefined {
  const parts = list(id)
  return parts.length === 4 && (parts[1] === 'chat_models' || parts[1] === 'llms')
    ? text(parts[2])?.toLowerCase()
    : undefined
}

/** Attributes of the parameters of a call; none of them is content. */
export function parameterAttributes(parameters: unknown): Fields {
  const stop = settingAt(parameters, 'stop') ?? settingAt(parameters, 'stop_sequences')
  const choices = settingAt(parameters, 'n')
  const first = (...keys: string[]): unknown =>
    keys.map((key) => settingAt(parameters, key) ?? undefined).find((value) => value !== undefined)
  return {
    'gen_ai.request.temperature': first('temperature'),
    'gen_ai.request.top_p': first('top_p', 'topP'),
    'gen_ai.request.top_k': first('top_k', 'topK'),
    'gen_ai.request.max_tokens': first(
      'max_completion_tokens',
      'max_output_tokens',
      'max_tokens',
      'maxOutputTokens',
      'maxTokens',
    ),
    'gen_ai.request.frequency_penalty': first('frequency_penalty'),
    'gen_ai.request.presence_penalty': first('presence_penalty'),
    'gen_ai.request.stop_sequences': typeof stop === 'string' ? [stop] : (stop ?? undefined),
    'gen_ai.request.seed': first('seed'),
    'gen_ai.request.choice.count': choices === 1 ? undefined : (choices ?? undefined),
    'gen_ai.request.reasoning.level':
      first('reasoning_effort') ?? settingAt(parameters, 'reasoning', 'effort') ?? undefined,
    'gen_ai.request.stream': first('stream') === true ? true : undefined,
    'gen_ai.output.type': outputType(settingAt(parameters, 'response_format', 'type')),
  }
}

function outputType(format: unknown): string | undefined {
  if (typeof format !== 'string') return undefined
  return format === 'text' ? 'text' : 'json'
}

/** The tools of a call in OpenAI's nested form, whatever the provider's. */
export function toolsOf(parameters: unknown): readonly unknown[] {
  return [...list(read(parameters, 'tools')), ...list(read(parameters, 'functions'))].flatMap(nestedTools)
}

function nestedTools(tool: unknown): object[] {
  const google = list(read(tool, 'functionDeclarations'))
  if (google.length > 0) return google.flatMap(nestedTools)
  const definition = [read(tool, 'function'), read(tool, 'toolSpec')].find(isDefinition) ?? tool
  const name = text(read(definition, 'name')) ?? text(read(tool, 'type'))
  if (name === undefined) return []
  const parameters =
    read(definition, 'parameters') ??
    read(definition, 'input_schema') ??
    read(definition, 'inputSchema', 'json') ??
    undefined
  const description = text(read(definition, 'description'))
  return [
    {
      type: 'function',
      function: {
        name,
        ...(description !== undefined && { description }),
        ...(parameters !== undefined && { parameters: fieldsOf(parameters) }),
      },
    },
  ]
}

const isDefinition = (value: unknown): boolean => text(read(value, 'name')) !== undefined
