import { chatReply, completionReply } from './openai-chat.ts'
import { responsesReply } from './openai-responses.ts'
import { CREATED, field, idOf, type ProviderRequest, type Reply, type Wire } from './reply.ts'
import type { ScriptedAnswer } from './script.ts'

/** OpenAI's API, and with it that of all services that copy it. Payloads follow https://platform.openai.com/docs/api-reference */
export const openai: Wire = {
  reply(request, answer) {
    const path = request.path.replace(/\?.*$/, '').replace(/^\/(openai\/)?(deployments\/[^/]+|v1)/, '')
    if (path === '/chat/completions') return chatReply(request, answer)
    if (path === '/completions') return completionReply(request, answer)
    if (path === '/responses') return responsesReply(request, answer)
    return rest(path, request, answer)
  },
  error: (status) => ({ error: errorOf(status) }),
  streamError: {
    data: {
      error: {
        message: 'The server had an error while processing your request.',
        type: 'server_error',
        param: null,
        code: null,
      },
    },
  },
}

function errorOf(status: number): object {
  const [type, message, code] = ERRORS[status] ?? [
    'server_error',
    'The server had an error while processing your request.',
    null,
  ]
  return { message, type, param: null, code }
}

const ERRORS: Readonly<Record<number, readonly [string, string, string | null]>> = {
  400: [
    'invalid_request_error',
    "Invalid value: 'nobody'. Supported values are: 'system', 'assistant', 'user', 'function', and 'tool'.",
    'invalid_value',
  ],
  401: ['invalid_request_error', 'Incorrect API key provided.', 'invalid_api_key'],
  404: ['invalid_request_error', 'The model does not exist.', 'model_not_found'],
  429: ['requests', 'Rate limit reached for requests', 'rate_limit_exceeded'],
}

function rest(path: string, request: ProviderRequest, answer: ScriptedAnswer): Reply | undefined {
  const { body, method } = request
  switch (path) {
    case '/embeddings':
      return { json: embeddings(body) }
    case '/images/generations':
    case '/images/edits':
    case '/images/variations':
      return {
        json: {
          created: CREATED,
          data: [{ b64_json: 'aGVsbG8=', revised_prompt: 'A white cat.' }],
          usage: {
            input_tokens: 12,
            output_tokens: 272,
            total_tokens: 284,
            input_tokens_details: { text_tokens: 12, image_tokens: 0 },
          },
        },
      }
    case '/audio/speech':
      return { bytes: Buffer.from('ID3 sound'), type: 'audio/mpeg' }
    case '/audio/transcriptions':
    case '/audio/translations':
      return {
        json: {
          text: answer.text ?? 'Hello.',
          usage: {
            type: 'tokens',
            input_tokens: 14,
            output_tokens: 6,
            total_tokens: 20,
            input_token_details: { text_tokens: 0, audio_tokens: 14 },
          },
        },
      }
    case '/moderations':
      return {
        json: {
          id: idOf('modr-', request),
          model: 'omni-moderation-2024-09-26',
          results: [{ flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } }],
        },
      }
    case '/models':
      return {
        json: {
          object: 'list',
          data: [{ id: 'gpt-4o', object: 'model', created: CREATED, owned_by: 'openai' }],
        },
      }
    case '/batches':
      return method === 'POST'
        ? { json: batch(request) }
        : { json: { object: 'list', data: [batch(request)], has_more: false } }
    case '/files':
      return method === 'POST'
        ? { json: file(request) }
        : { json: { object: 'list', data: [file(request)], has_more: false } }
  }
  if (/^\/files\/[^/]+\/content$/.test(path))
    return { bytes: Buffer.from('{"line":1}\n'), type: 'application/octet-stream' }
  if (path.startsWith('/files/')) {
    return {
      json: method === 'DELETE' ? { id: path.slice(7), object: 'file', deleted: true } : file(request),
    }
  }
  if (path.startsWith('/batches/')) return { json: batch(request) }
  return undefined
}

function embeddings(body: unknown): object {
  const input = field(body, 'input')
  const many = Array.isArray(input) ? input.length : 1
  const vector = [0.25, -0.5, 1]
  const inBase64 = field(body, 'encoding_format') === 'base64'
  const embedding = inBase64 ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
  return {
    object: 'list',
    data: Array.from({ length: many }, (_, index) => ({ object: 'embedding', index, embedding })),
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 8 * many, total_tokens: 8 * many },
  }
}

const batch = (request: ProviderRequest): object => ({
  id: idOf('batch_', request),
  object: 'batch',
  endpoint: '/v1/chat/completions',
  input_file_id: 'file-1',
  completion_window: '24h',
  status: 'validating',
  created_at: CREATED,
})

const file = (request: ProviderRequest): object => ({
  id: idOf('file-', request),
  object: 'file',
  bytes: 11,
  created_at: CREATED,
  filename: 'lines.jsonl',
  purpose: 'batch',
  status: 'processed',
})
