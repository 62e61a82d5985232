import type { Captured } from './captured.ts'
import {
  all,
  type Fields,
  fieldsOf,
  reasoningPart,
  textPart,
  toolCallPart,
  toolResponsePart,
} from './message-parts.ts'

/** Messages of a request of Gemini: `config.systemInstruction`, then `contents`: a text, a content, or a list of them. */
export function geminiInput({ contents, config, systemInstruction }: Fields): Captured[] | undefined {
  const system = fieldsOf(config)?.systemInstruction ?? systemInstruction
  const before = system === undefined ? [] : contentOf(system, 'system')
  const asked = contentOf(contents ?? null, 'user')
  return before && asked && asked.length > 0 ? [...before, ...asked] : undefined
}

/** The candidates of an answer of Gemini. */
export function geminiOutput(candidates: readonly Captured[]): Captured[] | undefined {
  return all(
    candidates.map((candidate) => {
      const fields = fieldsOf(candidate)
      const content = fieldsOf(fields?.content)
      if (fields === undefined) return undefined
      const parts = content === undefined ? [] : partsOf(content.parts ?? null)
      const finish = fields.finishReason
      return parts && { role: 'assistant', parts, finish_reason: finishOf(finish) }
    }),
  )
}

function finishOf(reason: Captured | undefined): string {
  if (typeof reason !== 'string' || reason === 'STOP') return 'stop'
  return reason === 'MAX_TOKENS' ? 'length' : reason.toLowerCase()
}

/** A content, a part, a text, or a list of any of them, which the client takes all. */
function contentOf(given: Captured, role: string): Fields[] | undefined {
  if (Array.isArray(given)) return all(given.map((one) => contentOf(one, role)))?.flat()
  if (typeof given === 'string') return [{ role, parts: [textPart(given)] }]
  const fields = fieldsOf(given)
  if (fields === undefined) return undefined
  const own = typeof fields.role === 'string' ? roleOf(fields.role) : role
  const parts = Array.isArray(fields.parts) ? partsOf(fields.parts) : partsOf([fields])
  return parts && [{ role: own, parts }]
}

const roleOf = (role: string): string =>
  role === 'model' ? 'assistant' : role === 'function' ? 'tool' : role

function partsOf(parts: Captured): Captured[] | undefined {
  if (!Array.isArray(parts)) return undefined
  return all(parts.map((part) => (typeof part === 'string' ? textPart(part) : partOf(fieldsOf(part)))))
}

function partOf(fields: Fields | undefined): Fields | undefined {
  if (fields === undefined) return undefined
  const { text, functionCall = fields.function_call, functionResponse = fields.function_response } = fields
  if (typeof text === 'string') return fields.thought === true ? reasoningPart(text) : textPart(text)
  const call = fieldsOf(functionCall)
  if (call !== undefined) return toolCallPart(call.id ?? call.name, call.name, call.args ?? null)
  const response = fieldsOf(functionResponse)
  if (response !== undefined) return toolResponsePart(response.id ?? response.name, response.response)
  const [kind] = Object.keys(fields)
  return { ...fields, type: kind ?? 'unknown' }
}
