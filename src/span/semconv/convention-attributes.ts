import type { ContentKeys } from '../../config/config.ts'
import type { AttributeValue } from '../attributes.ts'
import * as keys from './keys.ts'

/** Attributes of the request that the conventions have renamed, by their names of today. */
const FORMER: Readonly<Record<string, string>> = {
  [keys.REASONING_LEVEL]: 'gen_ai.request.reasoning_effort',
  [keys.PREVIOUS_RESPONSE_ID]: 'openai.request.previous_response_id',
}

/** The former name of attribute `key`, where it has one. */
export const formerName = (key: string): string | undefined =>
  Object.hasOwn(FORMER, key) ? FORMER[key] : undefined

/**
 * Writes the tools that a model could call in the words of the conventions.
 *
 * @param tools - those of `mlflow.chat.tools`
 * @returns whether they need not be sent as MLflow has them
 */
export function writeToolDefinitions(
  tools: AttributeValue,
  { contentKeys, mlflow }: { readonly contentKeys: ContentKeys; readonly mlflow: boolean },
  isSet: (key: string) => boolean,
  write: (key: string, value: AttributeValue) => void,
): boolean {
  if (contentKeys === 'mlflow') return false
  if (!isSet(keys.TOOL_DEFINITIONS)) {
    const definitions = toolDefinitions(tools)
    if (definitions === undefined) return false
    write(keys.TOOL_DEFINITIONS, JSON.stringify(definitions))
  }
  return contentKeys === 'gen_ai' && !mlflow
}

function toolDefinitions(tools: AttributeValue): object[] | undefined {
  const list = typeof tools === 'string' ? parsed(tools) : undefined
  return Array.isArray(list) ? list.flatMap(definitionOf) : undefined
}

/** The form of OpenAI's chat has what a function is one level further inside. */
function definitionOf(tool: unknown): object[] {
  if (!isFields(tool)) return []
  const { type, function: nested } = tool
  const { name, description, parameters, ...others } = isFields(nested) ? nested : tool
  if (typeof name !== 'string') return []
  return [
    {
      ...others,
      type: typeof type === 'string' ? type : 'function',
      name,
      ...(typeof description === 'string' && { description }),
      ...(isFields(parameters) && { parameters: jsonSchema(parameters) }),
    },
  ]
}

/** How others call the types of JSON Schema: Python, and OpenAPI as Google has it. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
}

/** `schema` with its types called as JSON Schema calls them. */
function jsonSchema(schema: unknown, isSchema = true): unknown {
  if (Array.isArray(schema)) return schema.map((item) => jsonSchema(item))
  if (!isFields(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (isSchema && key === 'type' && typeof value === 'string') return [key, typeName(value)]
      // What a schema lists under these are names of the program's, not words of the schema.
      const isNamed = isSchema && (key === 'properties' || key === '$defs' || key === 'definitions')
      return isSchema && LITERAL.has(key) ? [key, value] : [key, jsonSchema(value, !isNamed)]
    }),
  )
}

/** Words of a schema whose values are values, and no schemas. */
const LITERAL: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples'])

function typeName(type: string): string {
  const lower = type.toLowerCase()
  return TYPE_NAMES[lower] ?? lower
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
