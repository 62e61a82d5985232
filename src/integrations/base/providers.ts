import { text } from './method.ts'

/**
 * `gen_ai.provider.name` by the host of the base URL, for the many services that are used through the client of
 * OpenAI. The names are those of the GenAI conventions where these have one.
 */
const BY_HOST: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/(^|\.)openai\.azure\.com$|(^|\.)services\.ai\.azure\.com$/, 'azure.ai.openai'],
  [/(^|\.)models\.(ai|inference\.ai)\.azure\.com$/, 'azure.ai.inference'],
  [/(^|\.)openai\.com$/, 'openai'],
  [/(^|\.)anthropic\.com$/, 'anthropic'],
  [/(^|\.)groq\.com$/, 'groq'],
  [/(^|\.)together\.(xyz|ai)$/, 'together_ai'],
  [/(^|\.)deepseek\.com$/, 'deepseek'],
  [/(^|\.)x\.ai$/, 'x_ai'],
  [/(^|\.)openrouter\.ai$/, 'openrouter'],
  [/(^|\.)mistral\.ai$/, 'mistral_ai'],
  [/(^|\.)perplexity\.ai$/, 'perplexity'],
  [/(^|\.)cohere\.(com|ai)$/, 'cohere'],
  [/(^|\.)fireworks\.ai$/, 'fireworks_ai'],
  [/(^|\.)cerebras\.ai$/, 'cerebras'],
  [/(^|\.)nvidia\.com$/, 'nvidia_nim'],
  [/(^|\.)generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/(^|\.)aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/(^|\.)amazonaws\.com$/, 'aws.bedrock'],
  [/(^|\.)watsonx\.ai$|\.ml\.cloud\.ibm\.com$/, 'ibm.watsonx.ai'],
  [/(^|\.)(azuredatabricks\.net|(cloud\.|gcp\.)?databricks\.com)$/, 'databricks'],
]

/** Servers that people run themselves, by the port that is their default. */
const BY_PORT: Readonly<Record<string, string>> = { '11434': 'ollama', '8000': 'vllm', '1234': 'lm_studio' }

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal)$/

/** Where a client sends its requests. */
export interface Endpoint {
  /** `gen_ai.provider.name`, as far as the host tells. */
  readonly provider: string | undefined
  /** `server.address` and, where it is not the scheme's own, `server.port`. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** What the base URL of a client says; nothing of it may hold credentials, so only host and port are taken. */
export function endpointOf(baseUrl: unknown): Endpoint {
  const given = text(baseUrl)
  if (given === undefined) return NOWHERE
  // One client makes many calls, and taking a URL apart costs more than all the rest of describing one.
  const known = endpoints.get(given)
  if (known !== undefined) return known
  const endpoint = readEndpoint(given)
  if (endpoints.size < MAX_ENDPOINTS) endpoints.set(given, endpoint)
  return endpoint
}

function readEndpoint(baseUrl: string): Endpoint {
  const url = parsed(baseUrl)
  if (url === undefined) return NOWHERE
  const { hostname, port } = url
  return {
    provider: BY_HOST.find(([pattern]) => pattern.test(hostname))?.[1] ?? localProvider(hostname, port),
    attributes: { 'server.address': hostname, ...(port !== '' && { 'server.port': Number(port) }) },
  }
}

const MAX_ENDPOINTS = 100
const endpoints: Map<string, Endpoint> = new Map()
const NOWHERE: Endpoint = { provider: undefined, attributes: {} }

function localProvider(hostname: string, port: string): string | undefined {
  return LOCAL.test(hostname) ? BY_PORT[port] : undefined
}

function parsed(url: string): URL | undefined {
  try {
    return new URL(url)
  } catch {
    return undefined
  }
}
