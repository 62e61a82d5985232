import type { ExpectedCalls } from './client-calls.ts'

/** What is expected of the probes of `probing/chat-probes.mjs`, made with a model of that name. */
export function expectedChat(model: string): ExpectedCalls {
  const call = `chat ${model} CHAT_MODEL`
  return {
    call,
    trees: {
      'client-shape': [],
      'bad-arguments': ['chat CHAT_MODEL ERROR'],
      concurrent: Array.from({ length: 4 }, () => `${call} OK`),
    },
    failing: {
      'stream-cut': /Error$/,
      'stream-error-event': 'APIError',
      'error-400': 'BadRequestError',
      'error-400-stream': 'BadRequestError',
      'error-429': 'RateLimitError',
      timeout: 'APIConnectionTimeoutError',
      'abort-before': 'APIUserAbortError',
      'abort-during': 'APIUserAbortError',
      'rejection-forgotten': 'BadRequestError',
      'bad-arguments': 'TypeError',
    },
    endings: {
      'as-response': 'raw',
      'promise-dropped': 'abandoned',
      'stream-shape': 'stopped',
      'stream-break': 'stopped',
      'stream-signal-abort': 'aborted',
      'stream-dropped': 'abandoned',
    },
    usages: {
      chat: [20, 10],
      'chat-cached': [2048, 12, 1536],
      'chat-reasoning': [30, 25],
      'as-response': undefined,
      'stream-usage': [2048, 12, 1536],
      'stream-break': undefined,
      'error-400': undefined,
      'retry-429': [20, 10],
    },
    retries: {
      chat: [],
      'retry-429': [429, 429],
      'retry-reset': [undefined],
      'error-429': [429],
    },
    said: {
      stream: 'Hello! How can I help you today?',
      'stream-tee': 'Hello! How can I help you today?',
      'stream-break': 'word0 word1',
      'stream-error-event': 'Hello! How can I',
    },
  }
}
