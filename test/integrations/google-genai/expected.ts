const CALL = 'generate_content gemini-2.5-flash CHAT_MODEL OK'
const FAILED = 'generate_content gemini-2.5-flash CHAT_MODEL ERROR'
const BELOW = `  ${CALL}`
const WEATHER = '  get_weather TOOL OK'
const TIME = '  get_time TOOL OK'
const INSIDE = '    inside the tool UNKNOWN OK'
/** Of several functions that are called at once, nobody knows whose it is. */
const BESIDE = '  inside the tool UNKNOWN OK'

const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line)
const loopOf = (...middle: string[]): string[] => ['generateContent CHAIN OK', BELOW, ...middle, BELOW]

/** The spans that each probe gives, as lines; the same with every version. Of those without an entry, one model call. */
export const trees: Readonly<Record<string, readonly string[]>> = {
  'two-clients': times(2, CALL),
  concurrent: times(8, CALL),
  chat: times(2, CALL),
  embeddings: ['embeddings gemini-embedding-001 EMBEDDING OK'],
  'embeddings-vertex': ['embeddings text-embedding-005 EMBEDDING OK'],
  images: ['images imagen-4.0-generate-001 LLM OK'],
  'count-tokens': ['count_tokens TASK OK'],
  'bad-arguments': ['generate_content CHAT_MODEL ERROR'],
  'all-settled': times(2, FAILED),
  functions: loopOf(WEATHER, INSIDE),
  'functions-many': loopOf(WEATHER, WEATHER, TIME, BESIDE),
  'functions-of-two-tools': loopOf(WEATHER, WEATHER, BESIDE, TIME, INSIDE),
  'functions-twice': loopOf(WEATHER, INSIDE, BELOW, WEATHER, INSIDE),
  'functions-error': loopOf('  get_weather TOOL ERROR', INSIDE),
  'functions-throw': ['generateContent CHAIN ERROR', BELOW, '  get_weather TOOL ERROR', INSIDE],
  'functions-stream': [
    'generateContentStream CHAIN OK',
    ...loopOf(WEATHER, INSIDE, WEATHER, INSIDE, TIME, INSIDE).slice(1),
  ],
  'functions-stream-break': ['generateContentStream CHAIN OK', BELOW],
  'functions-in-chat': loopOf(WEATHER, INSIDE),
  'functions-model-fails': ['generateContent CHAIN ERROR', `  ${FAILED}`],
  'functions-own-tool': loopOf(WEATHER, INSIDE),
  // Nothing can be put on a frozen object, and a copy would be another one to the program.
  'functions-frozen-tool': loopOf(BESIDE),
}

/** `error.type` of the calls that fail. */
const failing: Readonly<Record<string, string>> = {
  'error-400': 'ApiError',
  'error-401': 'ApiError',
  'error-429': 'ApiError',
  'error-500': 'ApiError',
  'error-stream': 'ApiError',
  'stream-error-event': 'ApiError',
  'stream-cut': 'TypeError',
  timeout: 'AbortError',
  'abort-before': 'AbortError',
  'abort-during': 'AbortError',
  'not-json': 'SyntaxError',
  'rejection-unhandled': 'ApiError',
  'rejection-forgotten': 'ApiError',
  'rejection-handled-late': 'ApiError',
}

/** What the oldest version does not notice: a signal that was aborted before, and an error among the chunks. */
const UNNOTICED: readonly string[] = ['abort-before', 'stream-error-event']

/** {@link failing} of a version. */
export const failingIn = (set: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(failing).filter(([probe]) => set !== 'genai-2.0' || !UNNOTICED.includes(probe)),
  )

/** The tree of a probe with a version. */
export const treeOfProbe = (set: string, probe: string): readonly string[] =>
  trees[probe] ?? [probe in failingIn(set) ? FAILED : CALL]

/** `turnspan.call.end` of the calls that the program left. */
export const endings: Readonly<Record<string, string>> = {
  'stream-shape': 'stopped',
  'stream-parallel-next': 'stopped',
  'stream-break': 'stopped',
  'stream-throw': 'stopped',
  'stream-signal-abort': 'aborted',
  'stream-stalled-abort': 'aborted',
  'stream-never-read': 'abandoned',
  'stream-dropped': 'abandoned',
}

const usage = (input: number, output: number, cached?: number): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...(cached !== undefined && { cache_read_input_tokens: cached }),
})

/** Tokens of the calls, in MLflow's words. */
export const usages: Readonly<Record<string, object | undefined>> = {
  content: usage(20, 10),
  stream: usage(20, 10),
  'content-cached': usage(2048, 12, 1536),
  'stream-cached': usage(2048, 12, 1536),
  // Thoughts are told beside the candidates, and belong to the output.
  'content-thoughts': usage(30, 25),
  'stream-thoughts': usage(30, 25),
  'embeddings-vertex': usage(8, 0),
  'error-400': undefined,
  'count-tokens': undefined,
}
