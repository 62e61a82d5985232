/** The tree of spans of each probe whose tree is not one chat call that went well. */
export const trees: Readonly<Record<string, readonly string[]>> = {
  'client-shape': [],
  'promise-dropped': ['chat gpt-4o CHAT_MODEL OK', 'chat gpt-4o CHAT_MODEL OK'],
  'bad-arguments': ['chat CHAT_MODEL ERROR'],
  'two-clients': ['chat gpt-4o CHAT_MODEL OK', 'chat gpt-4o CHAT_MODEL OK'],
  concurrent: Array.from({ length: 8 }, () => 'chat gpt-4o CHAT_MODEL OK'),
  'all-settled': ['chat gpt-4o CHAT_MODEL ERROR', 'chat gpt-4o CHAT_MODEL ERROR'],
  'run-tools': [
    'runTools CHAIN OK',
    '  chat gpt-4o CHAT_MODEL OK',
    '  get_weather TOOL OK',
    '  get_weather TOOL OK',
    '  get_time TOOL OK',
    '  chat gpt-4o CHAT_MODEL OK',
  ],
  'run-tools-failing': ['runTools CHAIN ERROR', '  chat gpt-4o CHAT_MODEL OK', '  get_weather TOOL ERROR'],
  'run-tools-stream': [
    'runTools CHAIN OK',
    '  chat gpt-4o CHAT_MODEL OK',
    '  get_weather TOOL OK',
    '  chat gpt-4o CHAT_MODEL OK',
    '  get_weather TOOL OK',
    '  chat gpt-4o CHAT_MODEL OK',
  ],
  completions: ['text_completion gpt-3.5-turbo-instruct LLM OK'],
  'completions-stream': ['text_completion gpt-3.5-turbo-instruct LLM OK'],
  embeddings: ['embeddings text-embedding-3-small EMBEDDING OK'],
  'embeddings-float': ['embeddings text-embedding-3-small EMBEDDING OK'],
  'embeddings-with-response': ['embeddings text-embedding-3-small EMBEDDING OK'],
  images: ['images gpt-image-1 LLM OK'],
  speech: ['speech tts-1 LLM OK'],
  transcription: ['transcriptions gpt-4o-transcribe LLM OK'],
  moderations: ['moderation GUARDRAIL OK'],
  models: [],
  batches: ['batches.create TASK OK'],
  files: ['files.create TASK OK'],
  'files-content': ['files.content TASK OK'],
}

/** Probes whose call fails, by the `error.type` of its span. */
export const failing: Readonly<Record<string, string>> = {
  'stream-cut': 'TypeError',
  'stream-error-event': 'APIError',
  'stream-malformed': 'SyntaxError',
  'error-400': 'BadRequestError',
  'error-401': 'AuthenticationError',
  'error-429': 'RateLimitError',
  'error-500': 'InternalServerError',
  'error-400-stream': 'BadRequestError',
  'error-400-as-response': 'BadRequestError',
  'error-400-with-response': 'BadRequestError',
  timeout: 'APIConnectionTimeoutError',
  'abort-before': 'APIUserAbortError',
  'abort-during': 'APIUserAbortError',
  'rejection-unhandled': 'BadRequestError',
  'rejection-forgotten': 'BadRequestError',
  'rejection-handled-late': 'BadRequestError',
  catch: 'BadRequestError',
  'parse-error': 'BadRequestError',
  'responses-error': 'AuthenticationError',
}

/** Probes whose call ends in another way than by its end or its failure. */
export const endings: Readonly<Record<string, string>> = {
  'as-response': 'raw',
  'stream-shape': 'stopped',
  'stream-parallel-next': 'stopped',
  'stream-break': 'stopped',
  'stream-throw': 'stopped',
  'stream-controller-abort': 'aborted',
  'stream-signal-abort': 'aborted',
  'stream-stalled-abort': 'aborted',
  'stream-helper-abort': 'aborted',
  'stream-dropped': 'abandoned',
  'stream-never-read': 'abandoned',
  'responses-stream-break': 'stopped',
}

/** What ends otherwise with the oldest version, whose streams have no `tee` and know of no errors inside. */
export const oldEndings: Readonly<Record<string, string>> = {
  ...endings,
  'stream-error-event': 'stopped',
  'stream-tee': 'abandoned',
  'stream-to-readable': 'abandoned',
}

const usage = (
  input: number,
  output: number,
  more: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...more,
})

/** `mlflow.chat.tokenUsage` of some probes; `undefined` for none. */
export const usages: Readonly<Record<string, object | undefined>> = {
  chat: usage(20, 10),
  'chat-cached': usage(2048, 12, { cache_read_input_tokens: 1536 }),
  'chat-reasoning': usage(30, 25),
  'with-response': usage(20, 10),
  'as-response': undefined,
  stream: undefined,
  'stream-chunks': usage(20, 10),
  'stream-break': undefined,
  'error-400': undefined,
  'retry-429': usage(20, 10),
  parse: usage(20, 10),
  responses: usage(20, 10),
  'responses-stream': usage(20, 10),
  'responses-stream-break': undefined,
  completions: usage(20, 10),
  embeddings: usage(16, 0),
  images: usage(12, 272),
  transcription: usage(14, 6),
  moderations: undefined,
}

/** Events `retry` of some probes. */
export const retries: Readonly<Record<string, readonly object[]>> = {
  chat: [],
  'retry-429': [
    { 'http.request.resend_count': 1, 'http.response.status_code': 429 },
    { 'http.request.resend_count': 2, 'http.response.status_code': 429 },
  ],
  'retry-500': [{ 'http.request.resend_count': 1, 'http.response.status_code': 500 }],
  'error-429': [{ 'http.request.resend_count': 1, 'http.response.status_code': 429 }],
}
