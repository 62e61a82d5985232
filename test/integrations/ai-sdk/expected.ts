const chat = 'chat gpt-4o CHAT_MODEL OK'
const below = (name: string, ...lines: readonly string[]): readonly string[] => [
  name,
  ...lines.map((line) => `  ${line}`),
]
const text = (...lines: readonly string[]): readonly string[] => below('generateText CHAIN OK', ...lines)
const stream = (...lines: readonly string[]): readonly string[] => below('streamText CHAIN OK', ...lines)
const failed = (name: string): readonly string[] => below(`${name} ERROR`, 'chat gpt-4o CHAT_MODEL ERROR')
const tool = (status = 'OK'): readonly string[] => [chat, `get_weather TOOL ${status}`, chat]
const twoTools = [chat, 'get_weather TOOL OK', 'get_weather TOOL OK', 'get_time TOOL OK', chat]
const ownSpan = [chat, 'get_weather TOOL OK', '  look-up UNKNOWN OK', chat]
const agent = (...lines: readonly string[]): readonly string[] => below('forecaster AGENT OK', ...lines)

/** The tree of spans of each probe whose tree is not one call that went well. */
const trees: Readonly<Record<string, readonly string[]>> = {
  'text-settings': below('greet CHAIN OK', chat),
  'text-tool': text(...ownSpan),
  'text-tools-parallel': text(...twoTools),
  'text-tool-twice': text(chat, 'get_weather TOOL OK', ...tool()),
  'text-tool-failing': text(...tool('ERROR')),
  'text-tool-nested': text(chat, 'get_weather TOOL OK', '  generateText CHAIN OK', `    ${chat}`, chat),
  'text-parallel': [1, 2, 3, 4].flatMap(() => text(chat)),
  'text-private': text(...tool()),
  'text-off': [],
  'bad-arguments': [],
  'stream-tool': stream(...ownSpan),
  'stream-tools-parallel': stream(...twoTools),
  'stream-tool-failing': stream(...tool('ERROR')),
  'stream-parallel': [1, 2, 3].flatMap(() => stream(chat)),
  'object-invalid': below('generateObject CHAIN ERROR', chat),
  'object-error': failed('generateObject CHAIN'),
  'object-stream-error': failed('streamObject CHAIN'),
  'output-object': text(chat),
  embed: below('embed CHAIN OK', 'embeddings text-embedding-3-small EMBEDDING OK'),
  'embed-many': below('embedMany CHAIN OK', 'embeddings text-embedding-3-small EMBEDDING OK'),
  'model-alone': [],
  'agent-shape': [],
  agent: agent(...tool()),
  'agent-stream': agent(...tool()),
  'agent-subclass': below('agent AGENT OK', chat),
  'agent-prepared': agent(chat),
  'agent-error': failed('forecaster AGENT'),
  'agent-off': [],
  'agent-in-tool': agent(chat, 'get_weather TOOL OK', '  helper AGENT OK', `    ${chat}`, chat),
}

/** Probes whose program leaves: versions 5 and 6 keep what was left, so that only silence ends it. */
export const left: readonly string[] = [
  'stream-break',
  'stream-break-collected',
  'stream-never-read',
  'object-stream-never-read',
]

/** Version 7 holds nothing that the program left. */
const collected: Readonly<Record<string, readonly string[]>> = {
  'stream-break': stream(chat),
  'stream-break-collected': [chat],
  'stream-never-read': stream(chat),
}

/** Whether a left stream is collected is a matter of chance in the first version 7. */
export const uncertain: Readonly<Record<string, readonly string[]>> = { 'ai-7.0': left }

/** What differs in some sets: what the AI SDK itself does. */
const special: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'ai-5.0': {
    'text-callback-throws': below('generateText CHAIN ERROR', chat),
    'unknown-tool': below('generateText CHAIN ERROR', chat),
    // Its chunks are read on although nobody reads them.
    ...Object.fromEntries(left.slice(0, 3).map((probe) => [probe, [chat]])),
  },
  'ai-5': { 'text-callback-throws': below('generateText CHAIN ERROR', chat) },
  'ai-6.0': { 'text-callback-throws': below('generateText CHAIN ERROR', chat) },
  // It asks no model that nobody waits for.
  'ai-7': { ...collected, 'stream-abort-before': ['streamText CHAIN OK'] },
}

/** The spans that a probe is to make, as lines. */
export function expectedTree(set: string, probe: string): readonly string[] {
  const known = special[set]?.[probe] ?? trees[probe]
  if (known !== undefined) return known
  if (left.includes(probe)) return []
  const name = probe.startsWith('stream')
    ? 'streamText CHAIN'
    : probe.startsWith('object')
      ? probe === 'object-stream'
        ? 'streamObject CHAIN'
        : 'generateObject CHAIN'
      : 'generateText CHAIN'
  return probe in failing ? failed(name) : below(`${name} OK`, chat)
}

/** Probes whose call fails, by the `error.type` of the function's span and of the model's. */
export const failing: Readonly<Record<string, readonly [string, string]>> = {
  'error-400': ['AI_APICallError', 'AI_APICallError'],
  'error-401': ['AI_APICallError', 'AI_APICallError'],
  'error-500': ['AI_APICallError', 'AI_APICallError'],
  'error-429': ['AI_RetryError', 'AI_APICallError'],
  'error-reset': ['AI_APICallError', 'AI_APICallError'],
  'not-json': ['AI_APICallError', 'AI_APICallError'],
  'empty-json': ['AI_APICallError', 'AI_APICallError'],
  'abort-before': ['AbortError', 'AbortError'],
  'abort-during': ['AbortError', 'AbortError'],
  'abort-reason': ['Error', 'Error'],
  'rejection-handled-late': ['AbortError', 'AbortError'],
  'stream-abort-before': ['AbortError', 'AbortError'],
  'stream-cut': ['AI_APICallError', 'AI_APICallError'],
  'stream-error-event': ['Object', 'Object'],
  'stream-malformed': ['AI_JSONParseError', 'AI_JSONParseError'],
  'stream-error-400': ['AI_APICallError', 'AI_APICallError'],
  'object-error': ['AI_APICallError', 'AI_APICallError'],
  'object-stream-error': ['AI_APICallError', 'AI_APICallError'],
  'agent-error': ['AI_APICallError', 'AI_APICallError'],
}

const usage = (input: number, output: number, cached = 0): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...(cached > 0 && { cache_read_input_tokens: cached }),
})

/** `mlflow.chat.tokenUsage` of the calls of models in some probes. */
export const usages: Readonly<Record<string, readonly object[]>> = {
  text: [usage(20, 10)],
  'text-cached': [usage(2048, 12, 1536)],
  'text-responses': [usage(30, 25)],
  'text-tool': [usage(20, 10), usage(20, 10)],
  stream: [usage(20, 10)],
  'stream-cached': [usage(2048, 12, 1536)],
  'stream-tool': [usage(20, 10), usage(20, 10)],
  object: [usage(20, 10)],
  'object-stream': [usage(20, 10)],
  embed: [usage(8, 0)],
  'embed-many': [usage(24, 0)],
  // An agent shows the sum of what is below it.
  agent: [usage(40, 20), usage(20, 10), usage(20, 10)],
  'error-400': [],
}
