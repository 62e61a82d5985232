const CHAT = 'chat claude-sonnet-4-5 CHAT_MODEL OK'
const FAILED = 'chat claude-sonnet-4-5 CHAT_MODEL ERROR'
const ON_BEDROCK = 'chat anthropic.claude-sonnet-4-5-20250929-v1:0 CHAT_MODEL'
const LOOP = 'toolRunner CHAIN OK'
const BELOW = `  ${CHAT}`
const WEATHER = '  get_weather TOOL OK'
const INSIDE = '    inside the tool UNKNOWN OK'
const TIME = '  get_time TOOL OK'

const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line)
const loopOf = (...middle: string[]): string[] => [LOOP, BELOW, ...middle, BELOW]

/** The spans that each probe gives, as lines; the same with every version that has the call. */
export const trees: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      ...['message', 'message-parameters', 'message-conversation', 'message-cached', 'message-thinking'],
      ...['message-length', 'message-refusal', 'message-server-tool', 'promise-shape', 'with-response'],
      ...['as-response', 'request-id', 'then-chain', 'order', 'async-context', 'with-options', 'subclass'],
      ...['own-fetch', 'middleware', 'parse', 'beta-message', 'prompt-caching', 'not-json', 'empty-json'],
      ...['stream', 'stream-events', 'stream-cached', 'stream-thinking', 'stream-server-tool'],
      ...['stream-with-response', 'stream-as-response', 'stream-shape', 'stream-twice', 'stream-break'],
      ...[
        'stream-throw',
        'stream-controller-abort',
        'stream-signal-abort',
        'stream-tee',
        'stream-to-readable',
      ],
      ...['stream-stalled-abort', 'stream-never-read', 'stream-dropped', 'helper', 'helper-text'],
      ...['helper-iterated', 'helper-break', 'helper-abort', 'helper-listener-throws', 'helper-to-readable'],
      ...['helper-with-response', 'beta-helper', 'retry-429', 'retry-529', 'retry-reset', 'retry-429-stream'],
      ...['vertex', 'vertex-stream', 'vertex-retry'],
    ].map((name) => [name, [CHAT]]),
  ),
  ...Object.fromEntries(
    [
      ...[
        'stream-cut',
        'stream-error-event',
        'helper-error',
        'helper-error-listened',
        'helper-error-forgotten',
      ],
      ...['helper-cut', 'error-400', 'error-401', 'error-429', 'error-500', 'error-529', 'error-stream'],
      ...['error-as-response', 'error-with-response', 'timeout', 'abort-before', 'abort-during'],
      ...['rejection-unhandled', 'rejection-forgotten', 'rejection-handled-late', 'catch', 'thread-error'],
    ].map((name) => [name, [FAILED]]),
  ),
  ...Object.fromEntries(
    ['bedrock', 'bedrock-cached', 'bedrock-stream', 'bedrock-helper'].map((name) => [
      name,
      [`${ON_BEDROCK} OK`],
    ]),
  ),
  'bedrock-error': [`${ON_BEDROCK} ERROR`],
  'client-shape': [],
  'bad-arguments': ['chat CHAT_MODEL ERROR'],
  'promise-dropped': times(2, CHAT),
  'two-clients': times(2, CHAT),
  concurrent: times(8, CHAT),
  'all-settled': times(2, FAILED),
  thread: times(2, CHAT),
  'count-tokens': ['count_tokens TASK OK'],
  'beta-count-tokens': ['count_tokens TASK OK'],
  batches: [
    'batches.create TASK OK',
    'batches.retrieve TASK OK',
    'batches.cancel TASK OK',
    'batches.results TASK OK',
    '  batches.retrieve TASK OK',
    'batches.delete TASK OK',
  ],
  completions: ['text_completion claude-2.1 LLM OK'],
  'completions-stream': ['text_completion claude-2.1 LLM OK'],
  runner: loopOf(WEATHER, INSIDE, WEATHER, INSIDE, TIME),
  'runner-stream': loopOf(WEATHER, INSIDE, WEATHER, INSIDE, TIME),
  'runner-add-tools': loopOf(WEATHER, INSIDE, WEATHER, INSIDE, TIME),
  'runner-awaited': loopOf(WEATHER, INSIDE),
  'runner-stream-eager': loopOf(WEATHER, INSIDE),
  'runner-until-done': loopOf(WEATHER, INSIDE, BELOW, WEATHER, INSIDE),
  'runner-stream-awaited': loopOf(WEATHER, INSIDE, BELOW, WEATHER, INSIDE),
  'runners-at-once': [...loopOf(WEATHER, INSIDE), ...loopOf(WEATHER, INSIDE)],
  'runner-tool-fails': loopOf('  get_weather TOOL ERROR', INSIDE),
  'runner-input-refused': loopOf('  get_weather TOOL ERROR'),
  'runner-break': [LOOP, BELOW],
  'runner-stream-break': [LOOP, BELOW],
  'runner-error': ['toolRunner CHAIN ERROR', `  ${FAILED}`],
  'runner-stream-error': ['toolRunner CHAIN ERROR', `  ${FAILED}`],
  'runner-abort': ['toolRunner CHAIN ERROR', `  ${FAILED}`],
  // What the program calls by itself, after the loop, is no call of a tool by the model.
  'runner-own-tools': [...loopOf(WEATHER, INSIDE), 'inside the tool UNKNOWN OK'],
  // Nothing can be put on a frozen object, and a copy would be another one to the program.
  'runner-frozen-tool': loopOf('  inside the tool UNKNOWN OK'),
  'runner-class-tool': loopOf(WEATHER),
}

/** `error.type` of the calls that fail. */
export const failing: Readonly<Record<string, string>> = {
  'stream-error-event': 'APIError',
  'helper-error': 'BadRequestError',
  'helper-error-listened': 'BadRequestError',
  'helper-error-forgotten': 'BadRequestError',
  'error-400': 'BadRequestError',
  'error-401': 'AuthenticationError',
  'error-429': 'RateLimitError',
  'error-500': 'InternalServerError',
  'error-529': 'InternalServerError',
  'error-stream': 'BadRequestError',
  'error-as-response': 'BadRequestError',
  'error-with-response': 'BadRequestError',
  timeout: 'APIConnectionTimeoutError',
  'abort-before': 'APIUserAbortError',
  'abort-during': 'APIUserAbortError',
  'rejection-unhandled': 'BadRequestError',
  'rejection-forgotten': 'BadRequestError',
  'rejection-handled-late': 'BadRequestError',
  catch: 'BadRequestError',
  'thread-error': 'BadRequestError',
  'bedrock-error': 'BadRequestError',
  'bad-arguments': 'TypeError',
}

/** By version, where it has other classes. */
export const failingElsewhere: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'anthropic-0.30': { 'stream-error-event': 'APIConnectionError' },
  'anthropic-1': { 'error-529': 'OverloadedError' },
}

/** `turnspan.call.end` of the calls that the program left. */
export const endings: Readonly<Record<string, readonly string[]>> = {
  'as-response': ['raw'],
  'stream-as-response': ['raw'],
  'promise-dropped': ['raw', 'abandoned'],
  'stream-shape': ['stopped'],
  'stream-break': ['stopped'],
  'stream-throw': ['stopped'],
  'stream-controller-abort': ['aborted'],
  'stream-signal-abort': ['aborted'],
  'stream-stalled-abort': ['aborted'],
  'stream-never-read': ['abandoned'],
  'stream-dropped': ['abandoned'],
  'helper-break': ['aborted'],
  'helper-abort': ['aborted'],
  'helper-listener-throws': ['stopped'],
}

const usage = (input: number, output: number, cache = [0, 0, 0]): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  cache_read_input_tokens: cache[0],
  cache_creation_input_tokens: cache[1],
  cache_creation_input_tokens_above_1hr: cache[2],
})
const CACHED = usage(2048, 12, [1536, 384, 128])

/** Tokens of the calls, in MLflow's words. */
export const usages: Readonly<Record<string, object | undefined>> = {
  message: usage(20, 10),
  stream: usage(20, 10),
  'message-cached': CACHED,
  'stream-cached': CACHED,
  'prompt-caching': CACHED,
  'bedrock-cached': CACHED,
  'message-thinking': usage(30, 25),
  'stream-thinking': usage(30, 25),
  // The first event has the input and one token of the output; the others never came.
  'stream-break': usage(20, 1),
  'as-response': undefined,
  'error-400': undefined,
  'count-tokens': undefined,
}

const again = (count: number, status: number): object => ({
  'http.request.resend_count': count,
  'http.response.status_code': status,
})

/** The events of attempts that the client repeated. */
export const retries: Readonly<Record<string, readonly object[]>> = {
  'retry-429': [again(1, 429), again(2, 429)],
  'retry-429-stream': [again(1, 429), again(2, 429)],
  'retry-529': [again(1, 529)],
  'error-429': [again(1, 429)],
  'error-529': [again(1, 529)],
  'vertex-retry': [again(1, 429), again(2, 429)],
  message: [],
}
