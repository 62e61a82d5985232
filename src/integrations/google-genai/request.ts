import {
  type CallContent,
  dataAt,
  endpointOf,
  type Fields,
  fieldsOf,
  geminiTools,
  type ModelCallInit,
  read,
  settingAt,
  shownContents,
  text,
} from '../base/index.ts'

/** Model and provider of a call. `models` is the instance that the call is made on. */
export function common(models: unknown, params: unknown): Pick<ModelCallInit, 'model' | 'provider'> {
  return {
    model: modelOf(dataAt(params, 'model')),
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
  const setting = (...path: readonly [string, string?]): unknown => settingAt(params, 'config', ...path)
  const count = setting('candidateCount')
  return {
    'gen_ai.request.temperature': setting('temperature'),
    'gen_ai.request.top_p': setting('topP'),
    'gen_ai.request.top_k': setting('topK'),
    'gen_ai.request.max_tokens': setting('maxOutputTokens'),
    'gen_ai.request.stop_sequences': setting('stopSequences'),
    'gen_ai.request.frequency_penalty': setting('frequencyPenalty'),
    'gen_ai.request.presence_penalty': setting('presencePenalty'),
    'gen_ai.request.seed': setting('seed'),
    'gen_ai.request.choice.count': count === 1 ? undefined : count,
    'gen_ai.output.type': outputType(text(setting('responseMimeType'))),
    'gcp.gemini.request.thinking.budget_tokens': setting('thinkingConfig', 'thinkingBudget'),
    'gen_ai.request.reasoning.level': text(setting('thinkingConfig', 'thinkingLevel')),
  }
}

function outputType(mimeType: string | undefined): string | undefined {
  if (mimeType === undefined) return undefined
  return mimeType === 'text/plain' ? 'text' : 'json'
}

/**
 * The parameters that a request, as it is sent, was made of: the API has the settings of `config` in two places.
 *
 * @see https://ai.google.dev/api/generate-content
 */
export function parametersOf(sent: unknown): Fields {
  const { model, contents, generationConfig, ...config } = fieldsOf(sent)
  return { model, contents, config: { ...config, ...fieldsOf(generationConfig) } }
}

/** What is recorded of a request. */
export const callContent = (data: unknown): CallContent => ({
  inputs: contentInputs(data),
  tools: toolsOf(data),
})

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

const toolsOf = (params: unknown): readonly unknown[] => geminiTools(read(params, 'config', 'tools'))
