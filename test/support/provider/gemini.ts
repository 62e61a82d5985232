import { type Event, field, idOf, type ProviderRequest, pieces, type Wire } from './reply.ts'
import type { ScriptedAnswer, ScriptedUsage } from './script.ts'

/** Google's Gemini API, and the same on Vertex AI. Payloads follow https://ai.google.dev/api/generate-content */
export const gemini: Wire = {
  reply(request, answer) {
    const path = request.path.replace(/\?.*$/, '')
    const [, model = 'gemini-2.5-flash', verb] = /\/models\/([^/:]+):(\w+)$/.exec(path) ?? []
    switch (verb) {
      case 'generateContent':
        return { json: answerOf(request, answer, model) }
      case 'streamGenerateContent':
        return { events: eventsOf(request, answer, model) }
      case 'countTokens':
        return { json: { totalTokens: answer.usage?.input ?? 20 } }
      case 'embedContent':
        return { json: { embedding: { values: VECTOR } } }
      case 'batchEmbedContents': {
        const asked = field(request.body, 'requests')
        const many = Array.isArray(asked) ? asked.length : 1
        return { json: { embeddings: Array.from({ length: many }, () => ({ values: VECTOR })) } }
      }
      case 'predict':
        if (model.startsWith('imagen')) {
          return { json: { predictions: [{ mimeType: 'image/png', bytesBase64Encoded: 'aGVsbG8=' }] } }
        }
        return {
          json: {
            predictions: [
              { embeddings: { values: VECTOR, statistics: { token_count: 8, truncated: false } } },
            ],
          },
        }
      default:
        return undefined
    }
  },
  error: (status) => ({
    error: { code: status, message: `Scripted error ${status}`, status: ERRORS[status] ?? 'INTERNAL' },
  }),
  streamError: { data: { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } } },
}

const VECTOR = [0.25, -0.5, 1]
const ERRORS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
}

function answerOf(request: ProviderRequest, answer: ScriptedAnswer, model: string): object {
  return {
    candidates: [
      { content: { role: 'model', parts: partsOf(answer) }, finishReason: finishOf(answer), index: 0 },
    ],
    ...tail(request, answer, model),
  }
}

function eventsOf(request: ProviderRequest, answer: ScriptedAnswer, model: string): Event[] {
  const { modelVersion, responseId, usageMetadata } = tail(request, answer, model)
  const parts = [
    ...pieces(answer.reasoning ?? '').map((text) => ({ text, thought: true })),
    ...pieces(answer.text ?? '').map((text) => ({ text })),
    ...partsOf({ ...(answer.tools && { tools: answer.tools }) }),
  ]
  return parts.map((part, index) => ({
    data: {
      candidates: [
        {
          content: { role: 'model', parts: [part] },
          index: 0,
          ...(index === parts.length - 1 && { finishReason: finishOf(answer) }),
        },
      ],
      // Each chunk has the counts so far; the last one has them all.
      usageMetadata:
        index === parts.length - 1 ? usageMetadata : { promptTokenCount: answer.usage?.input ?? 20 },
      modelVersion,
      responseId,
    },
  }))
}

function partsOf({ reasoning, text, tools }: ScriptedAnswer): object[] {
  return [
    ...(reasoning === undefined ? [] : [{ text: reasoning, thought: true }]),
    ...(text === undefined ? [] : [{ text }]),
    ...(tools ?? []).map((tool) => ({
      functionCall: { ...(tool.id !== undefined && { id: tool.id }), name: tool.name, args: tool.arguments },
    })),
  ]
}

function finishOf({ finish }: ScriptedAnswer): string {
  if (finish === 'length') return 'MAX_TOKENS'
  return finish === 'filter' || finish === 'refusal' ? 'SAFETY' : 'STOP'
}

function tail(
  request: ProviderRequest,
  { usage }: ScriptedAnswer,
  modelVersion: string,
): { modelVersion: string; responseId: string; usageMetadata: object } {
  return { usageMetadata: usageOf(usage), modelVersion, responseId: idOf('gem', request) }
}

/** Thoughts are counted apart from the candidates, and not in them. */
function usageOf(usage: ScriptedUsage = {}): object {
  const { input = 20, output = 10, cacheRead = 0, reasoning = 0 } = usage
  return {
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    totalTokenCount: input + output,
    ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
  }
}
