import { dataOf, isObject, list, read, text } from '../base/index.ts'
import { fromJson } from './messages.ts'

/**
 * The tools that a model may call, in OpenAI's nested form.
 *
 * @param tools - as the AI SDK hands them to a model: a list, of objects or of their JSON texts
 */
export function nestedTools(tools: unknown): object[] {
  return list(dataOf(tools)).flatMap((given) => {
    const tool = fromJson(given)
    const name = text(read(tool, 'name'))
    if (name === undefined) return []
    const schema = read(tool, 'inputSchema')
    return [
      {
        type: 'function',
        function: {
          name,
          description: text(read(tool, 'description')),
          parameters: isObject(schema) ? schema : undefined,
        },
      },
    ]
  })
}
