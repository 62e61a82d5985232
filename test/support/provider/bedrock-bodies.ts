import { anthropic } from './anthropic.ts'
import { converseEvents, converseOf } from './bedrock-converse.ts'
import { base64, eventFrame } from './event-stream.ts'
import { idOf, type ProviderRequest, pieces } from './reply.ts'
import type { ScriptedAnswer } from './script.ts'

/** The form in which the models of one vendor answer. */
interface Vendor {
  readonly model: RegExp
  readonly whole: (request: ProviderRequest, answer: ScriptedAnswer) => unknown
  readonly parts: (request: ProviderRequest, answer: ScriptedAnswer) => object[]
}

const counts = ({ usage }: ScriptedAnswer): { input: number; output: number } => ({
  input: usage?.input ?? 20,
  output: usage?.output ?? 10,
})
const LAST = 'stop'

/** Payloads follow https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html */
const VENDORS: readonly Vendor[] = [
  {
    model: /anthropic/,
    whole: (request, answer) => (anthropic.reply(request, answer) as { json: unknown }).json,
    parts: (request, answer) => {
      const body = { ...(request.body as object), stream: true }
      const reply = anthropic.reply({ ...request, path: '/v1/messages', body }, answer)
      return (reply as { events: { data: object }[] }).events.map(({ data }) => data)
    },
  },
  {
    model: /nova/,
    whole: (_request, answer) => converseOf(answer),
    parts: (_request, answer) => converseEvents(answer).map(([type, payload]) => ({ [type]: payload })),
  },
  {
    model: /embed/,
    whole: (request) =>
      'texts' in (request.body as object)
        ? {
            id: 'e1',
            embeddings: [
              [0.25, -0.5, 1],
              [0, 0, 1],
            ],
            response_type: 'embeddings_floats',
          }
        : { embedding: [0.25, -0.5, 1], inputTextTokenCount: 8 },
    parts: () => [],
  },
  {
    model: /titan-image/,
    whole: () => ({ images: ['aGVsbG8='] }),
    parts: () => [],
  },
  {
    model: /titan/,
    whole: (_request, answer) => ({
      inputTextTokenCount: counts(answer).input,
      results: [{ outputText: answer.text, tokenCount: counts(answer).output, completionReason: 'FINISH' }],
    }),
    parts: (_request, answer) =>
      texts(answer, (outputText, isLast) => ({
        outputText,
        index: 0,
        totalOutputTextTokenCount: isLast ? counts(answer).output : null,
        completionReason: isLast ? 'FINISH' : null,
        inputTextTokenCount: counts(answer).input,
      })),
  },
  {
    model: /llama/,
    whole: (_request, answer) => ({
      generation: answer.text,
      prompt_token_count: counts(answer).input,
      generation_token_count: counts(answer).output,
      stop_reason: LAST,
    }),
    parts: (_request, answer) =>
      texts(answer, (generation, isLast, index) => ({
        generation,
        prompt_token_count: index === 0 ? counts(answer).input : null,
        generation_token_count: isLast ? counts(answer).output : null,
        stop_reason: isLast ? LAST : null,
      })),
  },
  {
    model: /mistral-large/,
    whole: (_request, answer) => ({
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: answer.text ?? '', tool_calls: calls(answer) },
          stop_reason: answer.tools ? 'tool_calls' : LAST,
        },
      ],
    }),
    parts: (_request, answer) =>
      texts(answer, (content, isLast) => ({
        choices: [{ index: 0, message: { role: 'assistant', content }, stop_reason: isLast ? LAST : null }],
      })),
  },
  {
    model: /mistral/,
    whole: (_request, answer) => ({ outputs: [{ text: answer.text, stop_reason: LAST }] }),
    parts: (_request, answer) =>
      texts(answer, (text, isLast) => ({ outputs: [{ text, stop_reason: isLast ? LAST : null }] })),
  },
  {
    model: /command-r/,
    whole: (request, answer) => ({
      response_id: 'r1',
      generation_id: idOf('gen', request),
      text: answer.text ?? '',
      finish_reason: 'COMPLETE',
      ...(answer.tools && {
        tool_calls: answer.tools.map(({ name, arguments: parameters }) => ({ name, parameters })),
      }),
    }),
    parts: (request, answer) => [
      { event_type: 'stream-start', generation_id: idOf('gen', request) },
      ...pieces(answer.text ?? '').map((text) => ({ event_type: 'text-generation', text })),
      { event_type: 'stream-end', finish_reason: 'COMPLETE', is_finished: true, response: {} },
    ],
  },
  {
    model: /cohere/,
    whole: (request, answer) => ({
      id: idOf('gen', request),
      generations: [{ id: 'g1', text: answer.text, finish_reason: 'COMPLETE' }],
      prompt: 'Hi!',
    }),
    parts: (_request, answer) =>
      texts(answer, (text, isLast) => ({
        text,
        is_finished: isLast,
        index: 0,
        ...(isLast && { finish_reason: 'COMPLETE' }),
      })),
  },
]

function texts(
  { text = '' }: ScriptedAnswer,
  part: (text: string, isLast: boolean, index: number) => object,
): object[] {
  const all = pieces(text)
  return all.map((piece, index) => part(piece, index === all.length - 1, index))
}

const calls = ({ tools }: ScriptedAnswer): object[] | undefined =>
  tools?.map(({ id = 'call_1', name, arguments: input }) => ({
    id,
    function: { name, arguments: JSON.stringify(input) },
  }))

const vendorOf = (model: string): Vendor => {
  const found = VENDORS.find((vendor) => vendor.model.test(model))
  if (found === undefined) throw new Error(`No vendor of ${model}`)
  return found
}

export const bodyOf = (model: string, request: ProviderRequest, answer: ScriptedAnswer): unknown =>
  vendorOf(model).whole(request, answer)

/** The parts of a streamed body. With the last one the service tells what it counted. */
export function bodyFrames(model: string, request: ProviderRequest, answer: ScriptedAnswer): Uint8Array[] {
  const parts = vendorOf(model).parts(request, answer)
  return parts.map((part, index) => {
    const { input, output } = counts(answer)
    const metrics = {
      inputTokenCount: input,
      outputTokenCount: output,
      invocationLatency: 42,
      firstByteLatency: 20,
    }
    const whole = {
      ...part,
      ...(index === parts.length - 1 && { 'amazon-bedrock-invocationMetrics': metrics }),
    }
    return eventFrame('chunk', { bytes: base64(JSON.stringify(whole)) })
  })
}
