export const CALL = 'chat anthropic.claude-3-haiku-20240307-v1:0 CHAT_MODEL OK'
const FAILED = CALL.replace('OK', 'ERROR')
const LLAMA = 'text_completion meta.llama3-8b-instruct-v1:0 LLM OK'
const LARGE = 'chat mistral.mistral-large-2407-v1:0 CHAT_MODEL OK'
const LANGCHAIN = 'ChatBedrockConverse CHAT_MODEL OK'

const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line)

/** One call each, with that model. */
const MODELS: Readonly<Record<string, string>> = {
  nova: 'chat amazon.nova-lite-v1:0 CHAT_MODEL OK',
  titan: 'text_completion amazon.titan-text-express-v1 LLM OK',
  llama: LLAMA,
  mistral: 'text_completion mistral.mistral-7b-instruct-v0:2 LLM OK',
  'mistral-large': LARGE,
  cohere: 'text_completion cohere.command-text-v14 LLM OK',
  'command-r': 'chat cohere.command-r-v1:0 CHAT_MODEL OK',
  'titan-embed': 'embeddings amazon.titan-embed-text-v2:0 EMBEDDING OK',
  'cohere-embed': 'embeddings cohere.embed-english-v3 EMBEDDING OK',
  image: 'images amazon.titan-image-generator-v2:0 LLM OK',
}

/** Early versions do not have the model in the trace of an agent. */
const agentTree = (set: string, status: string, ...others: string[]): string[] => [
  `agent:AGENT1 AGENT ${status}`,
  set === 'bedrock-3' ? `  ${CALL}` : '  chat CHAT_MODEL OK',
  ...others.map((line) => `  ${line}`),
]
const STEPS = ['get_weather TOOL OK', 'knowledge_base RETRIEVER OK']

/** The spans of a probe, as lines. */
export function treeOfProbe(set: string, probe: string): readonly string[] {
  const vendor = /^invoke-(?:stream-)?(.*)$/.exec(probe)?.[1] ?? ''
  return trees(set)[probe] ?? [MODELS[vendor] ?? (probe in failing ? FAILED : CALL)]
}

const trees = (set: string): Readonly<Record<string, readonly string[]>> => ({
  'converse-parameters': ['chat us.amazon.nova-lite-v1:0 CHAT_MODEL OK'],
  'method-of-the-command': times(2, CALL),
  'invoke-tool': [LARGE],
  'invoke-stream-tool': [MODELS.nova ?? ''],
  'invoke-bytes': [LLAMA],
  'invoke-no-json': [LLAMA],
  'callback-context': [CALL, 'after the call UNKNOWN OK'],
  'command-twice': times(2, CALL),
  'handlers-cached': times(3, LARGE),
  concurrent: times(6, LLAMA),
  'bad-arguments': ['text_completion LLM ERROR'],
  'not-a-command': [],
  agent: agentTree(set, 'OK', ...STEPS),
  'agent-return-control': agentTree(set, 'OK'),
  'agent-fails': agentTree(set, 'ERROR', ...STEPS),
  'agent-break': agentTree(set, 'OK'),
  'agent-error': ['agent:AGENT1 AGENT ERROR'],
  retrieve: ['retrieve RETRIEVER OK'],
  generate: ['retrieve_and_generate CHAIN OK'],
  'generate-stream': ['retrieve_and_generate CHAIN OK'],
  langchain: [LANGCHAIN],
  'langchain-stream': [LANGCHAIN],
  'langchain-retry': [LANGCHAIN],
  'promise-shape': [CALL.replace('chat', 'text_completion').replace('CHAT_MODEL', 'LLM')],
  'client-shape': [],
})

/** `error.type` of the calls that fail. */
export const failing: Readonly<Record<string, string>> = {
  'callback-error': 'ValidationException',
  'stream-cut': 'Error',
  'stream-malformed': 'Error',
  'stream-error': 'ThrottlingException',
  'invoke-stream-error': 'ThrottlingException',
  'error-400': 'ValidationException',
  'error-401': 'UnrecognizedClientException',
  'error-429': 'ThrottlingException',
  'error-500': 'InternalServerException',
  'error-converse': 'ThrottlingException',
  'error-stream': 'ValidationException',
  reset: 'Error',
  'not-json': 'SyntaxError',
  'bad-arguments': 'Error',
  'abort-before': 'AbortError',
  'abort-during': 'AbortError',
  'rejection-unhandled': 'ValidationException',
  'rejection-forgotten': 'ValidationException',
  'rejection-handled-late': 'ValidationException',
  'agent-fails': 'ThrottlingException',
  'agent-error': 'ValidationException',
}

/** `turnspan.call.end` of the calls that the program left. */
export const endings: Readonly<Record<string, string>> = {
  'stream-shape': 'stopped',
  'stream-break': 'stopped',
  'stream-throw': 'stopped',
  'stream-abort': 'aborted',
  'stream-never-read': 'abandoned',
  'stream-dropped': 'abandoned',
  'agent-break': 'stopped',
}

const usage = (input: number, output: number, cached?: object): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...cached,
})
const CACHED = usage(2048, 12, { cache_read_input_tokens: 1536, cache_creation_input_tokens: 384 })
const COUNTED = usage(20, 10)
const VENDORS = ['nova', 'titan', 'llama', 'mistral', 'mistral-large', 'cohere', 'command-r']

/** Tokens of the calls, in MLflow's words. */
export const usages: Readonly<Record<string, object | undefined>> = {
  converse: COUNTED,
  stream: COUNTED,
  'converse-cached': CACHED,
  'stream-cached': CACHED,
  'invoke-cached': CACHED,
  'invoke-stream-cached': CACHED,
  // Each vendor counts in its own words, or not at all: then the service does.
  ...Object.fromEntries(
    VENDORS.flatMap((vendor) => [
      [`invoke-${vendor}`, COUNTED],
      [`invoke-stream-${vendor}`, COUNTED],
    ]),
  ),
  'handlers-cached': COUNTED,
  'invoke-titan-embed': usage(8, 0),
  'error-400': undefined,
}
