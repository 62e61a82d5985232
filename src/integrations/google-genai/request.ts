import {
  endpointOf,
  type Fields,
  fieldsOf,
  geminiTools,
  type ModelCallInit,
  read,
  shownContents,
  text,
} from '../base/index.ts'

/** Model and provider of a call. `models` is the instance that the call is made on. */
export function common(models: unknown, params: unknown): Pick<ModelCallInit, 'model' | 'provider'> {
  return {
    model: modelOf(read(params, 'model')),
    provider: isOnVertex(models) ? 'gcp.vertex_ai' : 'gcp.gemini',
  }
}

function isOnVertex(models: unknown): boolean {
  const client = read(models, 'apiClient')
  const isVertex = read(client, 'isVertexAI')
  return typeof isVertex === 'function' && Reflect.apply(isVertex, client, []) === true
}

/** Models may be named by the path of a resource, whose last part is the name. */
function modelOf(model: unknown): string | undefined {
  const name = text(model)
  return name?.slice(name.lastIndexOf('/') + 1)
}

/** Where the client sends its requests. */
export const where = (models: unknown): Fields =>
  endpointOf(read(models, 'apiClient', 'clientOptions', 'httpOptions', 'baseUrl')).attributes

/** Attributes of the parameters; none of them is content. */
export function contentParameters(params: unknown): Fields {
  const config = read(params, 'config')
  const count = read(config, 'candidateCount')
  return {
    'gen_ai.request.temperature': read(config, 'temperature'),
    'gen_ai.request.top_p': read(config, 'topP'),
    'gen_ai.request.top_k': read(config, 'topK'),
    'gen_ai.request.max_tokens': read(config, 'maxOutputTokens'),
    'gen_ai.request.stop_sequences': read(config, 'stopSequences'),
    'gen_ai.request.frequency_penalty': read(config, 'frequencyPenalty'),
    'gen_ai.request.presence_penalty': read(config, 'presencePenalty'),
    'gen_ai.request.seed': read(config, 'seed'),
    'gen_ai.request.choice.count': count === 1 ? undefined : count,
    'gen_ai.output.type': outputType(text(read(config, 'responseMimeType'))),
    'gcp.gemini.request.thinking.budget_tokens': read(config, 'thinkingConfig', 'thinkingBudget'),
    'gcp.gemini.request.thinking.level': text(read(config, 'thinkingConfig', 'thinkingLevel')),
  }
}

function outputType(mimeType: string | undefined): string | undefined {
  if (mimeType === undefined) return undefined
  return mimeType === 'text/plain' ? 'text' : 'json'
}

/** The request as it is recorded: without the options of HTTP, which may hold credentials. */
export function contentInputs(params: unknown): Fields {
  const { contents, config, ...rest } = fieldsOf(params)
  const shown = configOf(config)
  return {
    ...rest,
    contents: shownContents(contents),
    ...(Object.keys(shown).length > 0 && { config: shown }),
  }
}

/** As {@link contentInputs}, for calls that are not about contents. */
export function otherInputs(params: unknown): Fields {
  const { config, ...rest } = fieldsOf(params)
  const shown = configOf(config)
  return { ...rest, ...(Object.keys(shown).length > 0 && { config: shown }) }
}

function configOf(config: unknown): Fields {
  const { httpOptions: _http, abortSignal: _signal, tools, ...rest } = fieldsOf(config)
  return { ...rest, ...(Array.isArray(tools) && { tools: tools.map(withoutFunctions) }) }
}

const withoutFunctions = (tool: unknown): object =>
  Object.fromEntries(Object.entries(fieldsOf(tool)).filter(([, value]) => typeof value !== 'function'))

export const toolsOf = (params: unknown): readonly unknown[] => geminiTools(read(params, 'config', 'tools'))
