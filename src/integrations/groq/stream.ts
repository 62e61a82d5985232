import {
  type AccumulatorOptions,
  type Answer,
  accumulateChat,
  dataAt,
  type Fields,
  fieldsOf,
  type GrowingText,
  growingText,
  itemsOf,
  number,
  type StreamAccumulator,
  text,
} from '../base/index.ts'

/** A tool that the service ran itself, as far as it has told of it. */
interface ExecutedTool {
  type: string | undefined
  readonly arguments: GrowingText
  readonly output: GrowingText
}

const MAX_TOOLS = 128

/**
 * Folds the chunks of a stream of Groq: those of OpenAI, to which it adds the tools that its systems ran themselves, and its
 * own word that it failed.
 */
export function accumulateGroqChat(options: AccumulatorOptions): StreamAccumulator {
  const chat = accumulateChat(options)
  const tools = new Map<number, ExecutedTool>()
  let failure: string | undefined
  const complete = (answer: Answer): Answer => ({
    ...answer,
    outputs: tools.size === 0 ? answer.outputs : withTools(answer.outputs, tools),
    error: answer.error ?? (failure === undefined ? undefined : { type: 'error', message: failure }),
  })
  return {
    ...chat,
    add(chunk) {
      chat.add(chunk)
      failure ??= text(dataAt(chunk, 'x_groq', 'error'))
      if (!options.content) return
      const executed = itemsOf(dataAt(dataAt(chunk, 'choices', 0), 'delta', 'executed_tools'))
      for (const [place, tool] of executed.entries())
        addTool(tools, place, tool, options.limits.maxValueBytes)
    },
    answer: () => complete(chat.answer()),
  }
}

function addTool(tools: Map<number, ExecutedTool>, place: number, part: unknown, most: number): void {
  const index = number(dataAt(part, 'index')) ?? place
  const known = tools.get(index)
  if (known === undefined && tools.size >= MAX_TOOLS) return
  const tool = known ?? { type: undefined, arguments: growingText(most), output: growingText(most) }
  if (known === undefined) tools.set(index, tool)
  tool.type ??= text(dataAt(part, 'type'))
  // Each is told whole: the call as it begins, and once more with what it gave.
  if (tool.arguments.value() === undefined) tool.arguments.add(dataAt(part, 'arguments'))
  if (tool.output.value() === undefined) tool.output.add(dataAt(part, 'output'))
}

/** The completion with these tools in its first message, where the API has them. */
function withTools(outputs: unknown, tools: ReadonlyMap<number, ExecutedTool>): unknown {
  const [first, ...rest] = itemsOf(dataAt(outputs, 'choices'))
  const executed_tools = [...tools].map(([index, { type, arguments: given, output }]): Fields => {
    const gave = output.value()
    return { index, type, arguments: given.value() ?? '', ...(gave !== undefined && { output: gave }) }
  })
  const message = { ...fieldsOf(dataAt(first, 'message')), executed_tools }
  return { ...fieldsOf(outputs), choices: [{ ...fieldsOf(first), message }, ...rest] }
}
