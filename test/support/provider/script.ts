/** A call of a tool that the model asks for. */
export interface ScriptedTool {
  readonly id?: string
  /** Of the Responses API: the group of tools that it is one of. */
  readonly namespace?: string
  readonly name: string
  readonly arguments: object
}

/** Tokens of an answer, by their meaning; each wire format reports them in its own way. */
export interface ScriptedUsage {
  /** All of the input, cached and written ones included. @defaultValue 20 */
  readonly input?: number
  /** All of the output, reasoning included. @defaultValue 10 */
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite5m?: number
  readonly cacheWrite1h?: number
  readonly reasoning?: number
  readonly audioInput?: number
  readonly audioOutput?: number
}

/**
 * What goes wrong. With a status the answer is an error of the provider's own form. `hang`: nothing ever comes;
 * `reset`: the connection is cut before anything came. Of streams only: `cut` off in the middle, `stall` after the
 * middle for ever, `malformed` JSON in the middle, an `error` event in the middle.
 */
export type Fault =
  | {
      readonly status: number
      readonly retryAfter?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | 'hang'
  | 'reset'
  | 'cut'
  | 'stall'
  | 'malformed'
  | 'error'

/** One answer, whatever the wire format that it is asked in. */
export interface ScriptedAnswer {
  readonly text?: string
  /** Thoughts before the answer. */
  readonly reasoning?: string
  readonly tools?: readonly ScriptedTool[]
  /** What the provider itself searched before it answered, and what it found. */
  readonly search?: {
    readonly query: string
    readonly results: readonly { readonly title: string; readonly url: string }[]
  }
  readonly usage?: ScriptedUsage
  /** Why it stopped. @defaultValue `tool` with tools, else `stop` */
  readonly finish?: 'stop' | 'length' | 'tool' | 'filter' | 'refusal'
  readonly fault?: Fault
  /** Before the first byte. */
  readonly delayMs?: number
  /** Before each further piece of a stream. */
  readonly pieceDelayMs?: number
  /** Instead of all this: exactly that body. */
  readonly body?: { readonly status?: number; readonly type: string; readonly text: string }
}

/** Answers for the requests of one run, one each; the last one serves all that follow. */
export type Script = readonly ScriptedAnswer[]

const HELLO: ScriptedAnswer = { text: 'Hello! How can I help you today?' }
const WEATHER: ScriptedTool = { id: 'call_weather_1', name: 'get_weather', arguments: { city: 'Paris' } }
const SUNNY: ScriptedAnswer = { text: 'It is sunny in Paris, 21 degrees.' }

/** Scripts by name: a program asks for one by its base URL. */
export const scripts = {
  hello: [HELLO],
  reasoning: [
    { reasoning: 'The user greets me.', text: 'Hello!', usage: { input: 30, output: 25, reasoning: 15 } },
  ],
  cached: [
    { ...HELLO, usage: { input: 2048, output: 12, cacheRead: 1536, cacheWrite5m: 256, cacheWrite1h: 128 } },
  ],
  audio: [{ ...HELLO, usage: { input: 50, output: 40, audioInput: 30, audioOutput: 25 } }],
  tool: [{ tools: [WEATHER] }, SUNNY],
  tools: [
    {
      tools: [
        WEATHER,
        { id: 'call_weather_2', name: 'get_weather', arguments: { city: 'Rome' } },
        { id: 'call_time_1', name: 'get_time', arguments: { zone: 'CET' } },
      ],
    },
    { text: 'Sunny in both, and it is noon.' },
  ],
  'tool-twice': [
    { tools: [WEATHER] },
    { tools: [{ id: 'call_weather_2', name: 'get_weather', arguments: { city: 'Rome' } }] },
    { text: 'Sunny in both.' },
  ],
  search: [
    {
      search: {
        query: 'weather in Paris',
        results: [{ title: 'Paris today', url: 'https://weather.example/paris' }],
      },
      ...SUNNY,
    },
  ],
  json: [{ text: '{"city":"Paris","degrees":21}' }],
  length: [{ text: 'Once upon a', finish: 'length' }],
  refusal: [{ text: 'I cannot help with that.', finish: 'refusal' }],
  long: [{ text: Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ') }],
  // For programs that leave: it takes seconds to the end.
  endless: [{ text: Array.from({ length: 400 }, (_, index) => `word${index}`).join(' '), pieceDelayMs: 10 }],
  slow: [{ ...HELLO, delayMs: 150, pieceDelayMs: 30 }],
  'retry-429': [
    { fault: { status: 429, retryAfter: '0.05' } },
    { fault: { status: 429, retryAfter: '0.05' } },
    HELLO,
  ],
  'retry-500': [{ fault: { status: 500 } }, HELLO],
  'retry-529': [{ fault: { status: 529 } }, HELLO],
  'retry-reset': [{ fault: 'reset' }, HELLO],
  'error-400': [{ fault: { status: 400 } }],
  'error-401': [{ fault: { status: 401 } }],
  'error-429': [{ fault: { status: 429, retryAfter: '0.02' } }],
  'error-500': [{ fault: { status: 500, headers: { 'retry-after': '0.02' } } }],
  'error-529': [{ fault: { status: 529, headers: { 'retry-after': '0.02' } } }],
  hang: [{ fault: 'hang' }],
  cut: [{ ...HELLO, fault: 'cut' }],
  stall: [{ ...HELLO, fault: 'stall' }],
  malformed: [{ ...HELLO, fault: 'malformed' }],
  'stream-error': [{ ...HELLO, fault: 'error' }],
  'not-json': [{ body: { type: 'text/html', text: '<html>a proxy says hello</html>' } }],
  'empty-json': [{ body: { type: 'application/json', text: '{}' } }],
} as const satisfies Readonly<Record<string, Script>>

/** Name of one of {@link scripts}. */
export type ScriptName = keyof typeof scripts
