import { dataAt, endpointOf, read, text } from '../base/index.ts'

/** Of models and embeddings, by the start of the name of their class. */
const BY_NAME: Readonly<Record<string, string>> = {
  AzureOpenAI: 'azure.ai.openai',
  OpenAI: 'openai',
  Anthropic: 'anthropic',
  Gemini: 'gcp.gemini',
  GoogleStudio: 'gcp.gemini',
  Vertex: 'gcp.vertex_ai',
  Bedrock: 'aws.bedrock',
  Mistral: 'mistral_ai',
  Groq: 'groq',
  Ollama: 'ollama',
  DeepSeek: 'deepseek',
  DeepInfra: 'deepinfra',
  Fireworks: 'fireworks_ai',
  Perplexity: 'perplexity',
  Together: 'together_ai',
  Cohere: 'cohere',
  XAI: 'x_ai',
}

/** Whose service a model or an embedding asks: by its base URL, else by its class. */
export function providerOf(instance: unknown): string | undefined {
  const told = endpointOf(dataAt(instance, 'baseURL')).provider
  if (told !== undefined) return told
  const name = classOf(instance) ?? ''
  const known = Object.keys(BY_NAME).find((start) => name.startsWith(start))
  return known === undefined ? undefined : BY_NAME[known]
}

/** Name of the class of `instance`. */
export const classOf = (instance: unknown): string | undefined => text(read(instance, 'constructor', 'name'))
