import { type Fields, fieldsOf, list, read, text } from '../method.ts'

/**
 * Contents as they are recorded. The client writes the members of a part as `functionCall`, MLflow reads them as
 * `function_call`, which is how they stand in the API's other clients; and it shows a conversation only if it knows
 * each part of it, so parts that it does not know get a text beside what they are.
 */
export function shownContents(contents: unknown): unknown {
  if (Array.isArray(contents)) return contents.map(shownContent)
  return typeof contents === 'object' ? shownContent(contents) : contents
}

/** As {@link shownContents}, for a content, or a part that stands for one. */
export function shownContent(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content
  const parts = read(content, 'parts')
  if (!Array.isArray(parts)) return shownPart(content)
  return { ...fieldsOf(content), parts: parts.map(shownPart) }
}

function shownPart(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part
  const { functionCall, functionResponse, inlineData, fileData, ...rest } = fieldsOf(part)
  if (functionCall !== undefined) return { ...rest, function_call: functionCall }
  if (functionResponse !== undefined) return { ...rest, function_response: functionResponse }
  if (inlineData !== undefined) return { ...rest, inline_data: withMimeType(inlineData) }
  if (fileData !== undefined) {
    return { ...rest, file_data: { ...withMimeType(fileData), file_uri: read(fileData, 'fileUri') } }
  }
  return typeof read(part, 'text') === 'string' ? part : { ...rest, text: labelOf(rest) }
}

const withMimeType = (data: unknown): Fields => {
  const { mimeType, fileUri: _uri, ...rest } = fieldsOf(data)
  return { ...rest, mime_type: mimeType }
}

/** What the model ran and what came of it are text; of the rest its kind says enough. */
function labelOf(part: Fields): string {
  const ran = text(read(part, 'executableCode', 'code')) ?? text(read(part, 'codeExecutionResult', 'output'))
  const [kind = 'part'] = Object.keys(part)
  return ran ?? `[${kind}]`
}

/** The parts of several chunks as those of one answer: pieces of text that follow each other are one. */
export function joinParts(parts: unknown[], more: readonly unknown[], most: number): void {
  for (const part of more) {
    const last = parts.at(-1)
    const piece = read(part, 'text')
    const before = read(last, 'text')
    const continues =
      typeof piece === 'string' &&
      typeof before === 'string' &&
      read(part, 'thought') === read(last, 'thought')
    if (!continues) {
      if (parts.length < MAX_PARTS) parts.push({ ...fieldsOf(part) })
    } else {
      // One more than may be recorded, so that the limits of the core see that it is too long and mark the cut.
      const room = Math.max(0, most + 1 - before.length)
      parts[parts.length - 1] = { ...fieldsOf(last), ...fieldsOf(part), text: before + piece.slice(0, room) }
    }
  }
}

const MAX_PARTS = 4096

/** The tools of a request in OpenAI's nested form, which is the one that MLflow shows. */
export function geminiTools(tools: unknown): readonly unknown[] {
  return list(tools).flatMap((tool) => {
    const declared = list(read(tool, 'functionDeclarations'))
    if (declared.length > 0) return declared.flatMap(nestedTool)
    // Google's own: `{ googleSearch: {} }`.
    return Object.keys(fieldsOf(tool)).map((name) => ({ type: 'function', function: { name } }))
  })
}

function nestedTool(declaration: unknown): object[] {
  const name = text(read(declaration, 'name'))
  if (name === undefined) return []
  const schema = read(declaration, 'parametersJsonSchema') ?? read(declaration, 'parameters')
  const described = {
    name,
    description: text(read(declaration, 'description')),
    ...(typeof read(schema, 'properties') === 'object' && { parameters: schema }),
  }
  return [{ type: 'function', function: described }]
}
