import { field, type ProviderRequest, pieces, type Reply, type Wire } from './reply.ts'
import type { ScriptedAnswer } from './script.ts'

/** Ollama's own API: lines of JSON where it streams. Payloads follow https://docs.ollama.com/api */
export const ollama: Wire = {
  reply(request, answer) {
    const path = request.path.replace(/\?.*$/, '')
    const model = String(field(request.body, 'model') ?? 'llama3.2')
    if (path.endsWith('/api/embed')) {
      const asked = field(request.body, 'input')
      const many = Array.isArray(asked) ? asked.length : 1
      return { json: { model, embeddings: Array.from({ length: many }, () => VECTOR), prompt_eval_count: 8 } }
    }
    if (path.endsWith('/api/embeddings')) return { json: { embedding: VECTOR } }
    if (path.endsWith('/api/chat')) return linesOf(request, answer, model, (message) => ({ message }))
    if (path.endsWith('/api/generate'))
      return linesOf(request, answer, model, ({ content, thinking }) => ({
        response: content,
        ...(thinking !== undefined && { thinking }),
      }))
    return path.endsWith('/api/tags') ? { json: { models: [{ name: model }] } } : undefined
  },
  error: (status) => ({ error: `Scripted error ${status}` }),
  streamError: { data: { error: 'the model runner has stopped' } },
}

const VECTOR = [0.25, -0.5, 1]

interface Said {
  readonly role: string
  readonly content: string
  readonly thinking?: string
  readonly tool_calls?: object[]
}

const said = (content: string, more: object = {}): Said => ({ role: 'assistant', content, ...more })

/** The whole as one, or in pieces: thoughts first, calls of tools at once. */
function linesOf(
  request: ProviderRequest,
  answer: ScriptedAnswer,
  model: string,
  shape: (said: Said) => object,
): Reply {
  const { reasoning, text = '', tools, usage } = answer
  const calls = tools?.map(({ name, arguments: input }) => ({ function: { name, arguments: input } }))
  const head = { model, created_at: '2026-01-01T00:00:00Z' }
  const tail = {
    done: true,
    done_reason: answer.finish === 'length' ? 'length' : 'stop',
    total_duration: 42,
    prompt_eval_count: usage?.input ?? 20,
    eval_count: usage?.output ?? 10,
  }
  const thinking = reasoning === undefined ? {} : { thinking: reasoning }
  if (field(request.body, 'stream') !== true) {
    const whole = said(text, { ...thinking, ...(calls && { tool_calls: calls }) })
    return { json: { ...head, ...shape(whole), ...tail } }
  }
  const parts = [
    ...pieces(reasoning ?? '').map((piece) => said('', { thinking: piece })),
    ...pieces(text).map((piece) => said(piece)),
    ...(calls === undefined ? [] : [said('', { tool_calls: calls })]),
  ]
  const lines = parts.map((part) => ({ ...head, ...shape(part), done: false }))
  return { lines: [...lines, { ...head, ...shape(said('')), ...tail }] }
}
