import {
  type AccumulatorOptions,
  type Answer,
  type GrowingText,
  growingText,
  read,
  type StreamAccumulator,
  text,
} from '../base/index.ts'
import { modelAnswer } from './answer.ts'

/** What grows while a model speaks, in the order in which it began. */
interface Block {
  readonly type: 'text' | 'reasoning'
  readonly id: unknown
  readonly said: GrowingText
}

/** The parts that bring something that the program can show. */
const CONTENT: ReadonlySet<unknown> = new Set([
  'text-delta',
  'reasoning-delta',
  'tool-input-start',
  'tool-input-delta',
  'tool-call',
  'file',
])

/**
 * Folds the parts of a model's `doStream` to what its `doGenerate` would have brought.
 *
 * @param provider - the name that the provider package gives the model
 */
export function accumulateParts(options: AccumulatorOptions, provider: unknown): StreamAccumulator {
  const blocks: (Block | { readonly part: object })[] = []
  const response: { id?: unknown; modelId?: unknown } = {}
  let end: unknown
  const grow = (type: Block['type'], part: unknown): void => {
    const id = read(part, 'id')
    const open = blocks.findLast((one): one is Block => 'said' in one && one.type === type && one.id === id)
    const block = open ?? { type, id, said: growingText(options.limits.maxValueBytes) }
    if (open === undefined) blocks.push(block)
    block.said.add(read(part, 'delta'))
  }
  return {
    add(part) {
      const type = read(part, 'type')
      if (type === 'response-metadata') {
        response.id = read(part, 'id') ?? response.id
        response.modelId = read(part, 'modelId') ?? response.modelId
      } else if (type === 'finish') end = part
      else if (!options.content) return
      else if (type === 'text-delta') grow('text', part)
      else if (type === 'reasoning-delta') grow('reasoning', part)
      else if (type === 'tool-call') blocks.push({ part: callOf(part) })
      else if (type === 'file') blocks.push({ part: { type: 'file', mediaType: read(part, 'mediaType') } })
    },
    isFirst: (part) => CONTENT.has(read(part, 'type')),
    answer: (): Answer =>
      modelAnswer(
        {
          content: blocks.map((block) =>
            'said' in block ? { type: block.type, text: block.said.value() ?? '' } : block.part,
          ),
          response,
          finishReason: read(end, 'finishReason'),
          usage: read(end, 'usage'),
          providerMetadata: read(end, 'providerMetadata'),
        },
        provider,
        options.content,
      ),
  }
}

const callOf = (part: unknown): object => ({
  type: 'tool-call',
  toolCallId: read(part, 'toolCallId'),
  toolName: text(read(part, 'toolName')),
  input: read(part, 'input'),
})
