import * as z from 'zod/mini'
import { jsonSchema } from './json-schema.ts'

// The rules of the JSON schemas of the OpenTelemetry GenAI conventions 1.41.1. A test compares them with the originals
// where those are at hand (conventions.test.ts).

const optionalText = z.optional(z.nullable(z.string()))

/** The parts of a message, by their types. */
export const PARTS = {
  text: z.looseObject({ type: z.literal('text'), content: z.string() }),
  tool_call: z.looseObject({ type: z.literal('tool_call'), id: optionalText, name: z.string() }),
  tool_call_response: z.looseObject({
    type: z.literal('tool_call_response'),
    id: optionalText,
    response: present(),
  }),
  server_tool_call: z.looseObject({
    type: z.literal('server_tool_call'),
    id: optionalText,
    name: z.string(),
    server_tool_call: z.looseObject({ type: z.string() }),
  }),
  server_tool_call_response: z.looseObject({
    type: z.literal('server_tool_call_response'),
    id: optionalText,
    server_tool_call_response: z.looseObject({ type: z.string() }),
  }),
  blob: z.looseObject({
    type: z.literal('blob'),
    mime_type: optionalText,
    modality: z.string(),
    content: z.string(),
  }),
  file: z.looseObject({
    type: z.literal('file'),
    mime_type: optionalText,
    modality: z.string(),
    file_id: z.string(),
  }),
  uri: z.looseObject({
    type: z.literal('uri'),
    mime_type: optionalText,
    modality: z.string(),
    uri: z.string(),
  }),
  reasoning: z.looseObject({ type: z.literal('reasoning'), content: z.string() }),
} as const

/** A part of any type and properties. */
export const genericPart = z.looseObject({ type: z.string() })

const part = z.union([...Object.values(PARTS), genericPart])

const message = z.looseObject({ role: z.string(), parts: z.array(part), name: optionalText })

export const functionTool = z.looseObject({
  type: z.literal('function'),
  name: z.string(),
  description: optionalText,
  parameters: z.optional(z.nullable(jsonSchema)),
})
export const genericTool = z.looseObject({ type: z.string(), name: z.string() })

/** What stands under each attribute, as the schemas have it. */
export const SCHEMAS = {
  'gen_ai.input.messages': z.array(message),
  'gen_ai.output.messages': z.array(z.extend(message, { finish_reason: z.string() })),
  'gen_ai.system_instructions': z.array(part),
  'gen_ai.tool.definitions': z.array(z.union([functionTool, genericTool])),
  'gen_ai.retrieval.documents': z.array(z.looseObject({ id: z.string(), score: z.number() })),
} as const

/** Anything, as long as it is there. */
function present() {
  return z.custom<unknown>((value) => value !== undefined, 'is missing')
}
