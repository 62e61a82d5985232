import { at, firstAt, isData, items, parsed, text } from './data.ts'
import type { Source } from './source.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The tools that a model could call, in OpenAI's nested form: MLflow shows none where one is in another. */
export function toolsIn(source: Source, known: readonly Vocabulary[]): readonly object[] | undefined {
  for (const { tools = [], toolList } of known) {
    const listed = toolList && source.list(toolList.list, (piece) => piece.replace(toolList.drop, ''))
    const found = tools.map((key) => parsed(source.get(key))).find((one) => Array.isArray(one)) ?? listed
    const nested = items(found).flatMap(nestedTools)
    if (nested.length > 0) return nested
  }
  return undefined
}

const SCHEMAS = ['parameters', 'inputSchema', 'input_schema', 'parametersJsonSchema'] as const

function nestedTools(given: unknown): object[] {
  const tool = parsed(at(parsed(given), 'json_schema') ?? given)
  const declared = firstAt(tool, ['functionDeclarations', 'function_declarations'])
  if (declared !== undefined) return items(declared).flatMap(nestedTools)
  const named = parsed(at(tool, 'function') ?? at(tool, 'toolSpec') ?? tool)
  const name = text(at(named, 'name')) ?? text(named)?.split('/').at(-1)
  if (name === undefined) return []
  const description = text(at(named, 'description'))
  const schema = parsed(firstAt(named, SCHEMAS))
  const parameters = isData(schema) ? (at(schema, 'json') ?? schema) : undefined
  return [
    {
      type: 'function',
      function: {
        name,
        ...(description !== undefined && { description }),
        ...(isData(parameters) && { parameters }),
      },
    },
  ]
}
