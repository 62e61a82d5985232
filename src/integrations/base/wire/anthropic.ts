import type { AccumulatorOptions, Answer, GrowingText, StreamAccumulator } from '../accumulator.ts'
import { growingText } from '../accumulator.ts'
import { type Fields, fieldsOf, list, number, read, text } from '../method.ts'
import { dataAt, dataOf } from '../own-data.ts'
import { shownMessage } from './anthropic-blocks.ts'
import { anthropicUsage, anthropicUsageAttributes } from './anthropic-usage.ts'

/** The answer of a call of the Messages API that was not streamed. */
export function messageAnswer(message: unknown): Answer {
  return {
    ...describe(message, dataAt(message, 'stop_reason'), dataAt(message, 'usage')),
    outputs: shownMessage(dataOf(message)),
  }
}

function describe(message: unknown, stopReason: unknown, usage: unknown): Answer {
  const finish = text(stopReason)
  return {
    usage: anthropicUsage(usage),
    model: text(dataAt(message, 'model')),
    responseId: text(dataAt(message, 'id')),
    finishReasons: finish === undefined ? [] : [finish],
    attributes: anthropicUsageAttributes(usage),
  }
}

/** One block of the answer as it grows. */
interface Block {
  readonly known: Fields
  readonly text: GrowingText
  readonly thinking: GrowingText
  readonly input: GrowingText
  readonly citations: unknown[]
  signature: string | undefined
}

const MAX_BLOCKS = 1024
const MAX_CITATIONS = 256

/**
 * Folds the events of a streamed message to the message that they stand for. Counts in later events are totals, not
 * differences; input and cache come with the first event, the final output with the last but one.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export function accumulateMessage({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const blocks = new Map<number, Block>()
  let head: Fields = {}
  let usage: Fields = {}
  let ending: Fields = {}
  let isWhole = false
  const answer = (): Answer => ({
    ...describe(head, ending.stop_reason, usage),
    ...(content &&
      (blocks.size > 0 || head.id !== undefined) && {
        outputs: shownMessage({ ...head, ...ending, content: [...blocks.values()].map(blockOf), usage }),
      }),
  })
  return {
    isFirst: hasContent,
    add(event) {
      switch (read(event, 'type')) {
        case 'message_start':
          head = fieldsOf(read(event, 'message'))
          usage = { ...fieldsOf(head.usage) }
          break
        case 'message_delta':
          ending = fieldsOf(read(event, 'delta'))
          usage = { ...usage, ...given(read(event, 'usage')) }
          break
        case 'message_stop':
          isWhole = true
          break
        default:
          if (content) addToBlock(blocks, event, limits.maxValueBytes)
      }
    },
    answer,
    // To the client a connection that was closed in the middle may look like the end.
    complete: () =>
      isWhole
        ? answer()
        : { ...answer(), error: { type: 'incomplete', message: 'The stream ended before message_stop.' } },
  }
}

/** Without the counts that an event leaves open. */
const given = (usage: unknown): Fields =>
  Object.fromEntries(
    Object.entries(fieldsOf(usage)).filter(([, value]) => value !== null && value !== undefined),
  )

/** Blocks of text and thoughts begin empty; those of tools and of what the server found begin with something to say. */
function hasContent(event: unknown): boolean {
  const type = read(event, 'type')
  if (type === 'content_block_delta') {
    return ['text', 'thinking', 'partial_json'].some((key) => text(read(event, 'delta', key)) !== undefined)
  }
  if (type !== 'content_block_start') return false
  const begun = read(event, 'content_block')
  const kind = read(begun, 'type')
  return kind === 'text' || kind === 'thinking' ? text(read(begun, kind)) !== undefined : true
}

function addToBlock(blocks: Map<number, Block>, event: unknown, most: number): void {
  const index = number(read(event, 'index')) ?? 0
  if (read(event, 'type') === 'content_block_start') {
    if (blocks.size < MAX_BLOCKS) blocks.set(index, newBlock(read(event, 'content_block'), most))
    return
  }
  const block = blocks.get(index)
  const delta = read(event, 'delta')
  if (block === undefined || delta === undefined) return
  block.text.add(read(delta, 'text'))
  block.thinking.add(read(delta, 'thinking'))
  block.input.add(read(delta, 'partial_json'))
  block.signature = text(read(delta, 'signature')) ?? block.signature
  const citation = read(delta, 'citation')
  if (citation !== undefined && block.citations.length < MAX_CITATIONS) block.citations.push(citation)
}

function newBlock(known: unknown, most: number): Block {
  const block: Block = {
    known: { ...fieldsOf(known) },
    text: growingText(most),
    thinking: growingText(most),
    input: growingText(most),
    citations: [],
    signature: undefined,
  }
  block.text.add(block.known.text)
  block.thinking.add(block.known.thinking)
  return block
}

function blockOf({ known, text: said, thinking, input, citations, signature }: Block): object {
  const json = text(input.value())
  return {
    ...known,
    ...(said.value() !== undefined && { text: said.value() }),
    ...(thinking.value() !== undefined && { thinking: thinking.value() }),
    ...(signature !== undefined && { signature }),
    ...(citations.length > 0 && { citations: [...list(known.citations), ...citations] }),
    ...(json !== undefined && { input: parsed(json) }),
  }
}

/** What a stream broke off in the middle of is no JSON. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return { partial_json: json }
  }
}

/** The answer of the Text Completions API, which older versions of the client have. */
export function completionAnswer(completion: unknown): Answer {
  const finish = text(dataAt(completion, 'stop_reason'))
  return {
    outputs: dataAt(completion, 'completion'),
    model: text(dataAt(completion, 'model')),
    responseId: text(dataAt(completion, 'id')),
    finishReasons: finish === undefined ? [] : [finish],
  }
}

/** Folds the events of a streamed text completion. */
export function accumulateCompletion({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const whole = growingText(limits.maxValueBytes)
  let last: Answer = {}
  return {
    isFirst: (event) => text(read(event, 'completion')) !== undefined,
    add(event) {
      const { outputs: piece, ...rest } = completionAnswer(event)
      last = rest
      if (content) whole.add(piece)
    },
    answer: () => ({ ...last, ...(whole.value() !== undefined && { outputs: whole.value() }) }),
  }
}
