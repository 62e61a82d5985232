export const CALL = 'chat llama3.2 CHAT_MODEL OK'
const FAILED = 'chat llama3.2 CHAT_MODEL ERROR'
const COMPLETION = 'text_completion llama3.2 LLM OK'
const EMBEDDING = 'embeddings nomic-embed-text EMBEDDING OK'

/** The spans that each probe gives, as lines. Of those without an entry, one call. */
const trees: Readonly<Record<string, readonly string[]>> = {
  generate: [COMPLETION],
  'generate-thinking': [COMPLETION],
  'stream-generate': [COMPLETION],
  embed: [EMBEDDING],
  embeddings: [EMBEDDING],
  list: [],
  'client-shape': [],
  concurrent: Array.from({ length: 6 }, () => CALL),
  'bad-arguments': ['chat CHAT_MODEL ERROR'],
}

export const treeOfProbe = (probe: string): readonly string[] =>
  trees[probe] ?? [probe in failing ? FAILED : CALL]

/** `error.type` of the calls that fail. */
export const failing: Readonly<Record<string, string>> = {
  'stream-cut': 'TypeError',
  'stream-error': 'Error',
  'error-400': 'ResponseError',
  'error-500': 'ResponseError',
  'error-stream': 'ResponseError',
  refused: 'TypeError',
  'bad-arguments': 'TypeError',
  'rejection-forgotten': 'ResponseError',
  'rejection-handled-late': 'ResponseError',
}

/** `turnspan.call.end` of the calls that the program left. */
export const endings: Readonly<Record<string, string>> = {
  'stream-shape': 'stopped',
  'stream-break': 'stopped',
  'stream-throw': 'stopped',
  'stream-abort': 'aborted',
  'stream-dropped': 'abandoned',
}
