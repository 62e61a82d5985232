import {
  type AccumulatorOptions,
  type Answer,
  dataAt,
  dataOf,
  type Fields,
  fieldsOf,
  type GrowingText,
  growingText,
  itemsOf,
  type ModelUsage,
  number,
  read,
  type StreamAccumulator,
  text,
  usageOf,
} from '../base/index.ts'
import { shownBlocks } from './converse-blocks.ts'

/** The output of a Converse that was not streamed, and the body of Amazon's own models. */
export function converseAnswer(output: unknown): Answer {
  const message = dataOf(dataAt(output, 'output', 'message'))
  return {
    ...describe(dataAt(output, 'stopReason'), dataAt(output, 'usage')),
    ...(message !== undefined && {
      outputs: messageOf(read(message, 'role'), read(message, 'content'), output),
    }),
  }
}

function describe(stopReason: unknown, usage: unknown): Answer {
  const finish = text(stopReason)
  return { usage: converseUsage(usage), finishReasons: finish === undefined ? [] : [finish] }
}

/** Anthropic's form of an answer. `about` has what else the output says. */
function messageOf(role: unknown, content: unknown, about: unknown): object {
  const extra = (key: string): Fields => {
    const value = dataOf(dataAt(about, key))
    return value === undefined ? {} : { [key]: value }
  }
  return {
    type: 'message',
    role: text(role) ?? 'assistant',
    content: shownBlocks(content),
    ...extra('stopReason'),
    ...extra('usage'),
    ...extra('additionalModelResponseFields'),
    ...extra('trace'),
  }
}

/**
 * Usage of Converse. Its input leaves out the tokens that were read from the cache or written to it, so they are added.
 * Amazon's own models have other names for these.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 */
export function converseUsage(usage: unknown): ModelUsage | undefined {
  const count = (...keys: readonly string[]): number | undefined =>
    keys.map((key) => number(dataAt(usage, key))).find((value) => value !== undefined)
  const [fresh, output] = [count('inputTokens', 'inputTokenCount'), count('outputTokens', 'outputTokenCount')]
  if (fresh === undefined && output === undefined) return undefined
  const cached = count('cacheReadInputTokens', 'cacheReadInputTokenCount')
  const written = count('cacheWriteInputTokens', 'cacheWriteInputTokenCount')
  const hour = itemsOf(dataAt(usage, 'cacheDetails')).find((one) => dataAt(one, 'ttl') === '1h')
  return usageOf({
    inputTokens: (fresh ?? 0) + (cached ?? 0) + (written ?? 0),
    outputTokens: output ?? 0,
    cacheReadInputTokens: cached,
    cacheCreationInputTokens: written,
    cacheCreation1hInputTokens: number(dataAt(hour, 'inputTokens')),
  })
}

/** One block of the answer as it grows. */
interface Block {
  readonly text: GrowingText
  readonly thinking: GrowingText
  readonly input: GrowingText
  readonly citations: unknown[]
  toolUse: unknown
  signature: string | undefined
  isRedacted: boolean
}

const MAX_BLOCKS = 1024
const MAX_CITATIONS = 256

/** Folds the events of a ConverseStream to the output of the same Converse. */
export function accumulateConverse({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const blocks = new Map<number, Block>()
  let role: unknown
  let stop: Fields = {}
  let metadata: Fields = {}
  const answer = (): Answer => ({
    ...describe(stop.stopReason, metadata.usage),
    ...(content &&
      (role !== undefined || blocks.size > 0) && {
        outputs: messageOf(role, [...blocks.values()].map(blockOf), { ...metadata, ...stop }),
      }),
  })
  return {
    isFirst: hasContent,
    add(event) {
      role ??= read(event, 'messageStart', 'role')
      stop = { ...stop, ...fieldsOf(read(event, 'messageStop')) }
      metadata = { ...metadata, ...fieldsOf(read(event, 'metadata')) }
      if (content) addToBlock(blocks, event, limits.maxValueBytes)
    },
    answer,
    complete: () =>
      stop.stopReason !== undefined
        ? answer()
        : { ...answer(), error: { type: 'incomplete', message: 'The stream ended before messageStop.' } },
  }
}

function hasContent(event: unknown): boolean {
  const delta = read(event, 'contentBlockDelta', 'delta')
  const said = text(read(delta, 'text')) ?? text(read(delta, 'reasoningContent', 'text'))
  return said !== undefined || read(event, 'contentBlockStart', 'start', 'toolUse') !== undefined
}

function addToBlock(blocks: Map<number, Block>, event: unknown, most: number): void {
  const part = read(event, 'contentBlockStart') ?? read(event, 'contentBlockDelta')
  if (part === undefined) return
  const index = number(read(part, 'contentBlockIndex')) ?? 0
  const found = blocks.get(index)
  if (found === undefined && blocks.size >= MAX_BLOCKS) return
  const block = found ?? newBlock(most)
  if (found === undefined) blocks.set(index, block)
  block.toolUse ??= read(part, 'start', 'toolUse')
  const delta = read(part, 'delta')
  const reasoning = read(delta, 'reasoningContent')
  block.text.add(read(delta, 'text'))
  block.input.add(read(delta, 'toolUse', 'input'))
  block.thinking.add(read(reasoning, 'text'))
  block.signature = text(read(reasoning, 'signature')) ?? block.signature
  block.isRedacted ||= read(reasoning, 'redactedContent') !== undefined
  const citation = read(delta, 'citation')
  if (citation !== undefined && block.citations.length < MAX_CITATIONS) block.citations.push(citation)
}

const newBlock = (most: number): Block => ({
  text: growingText(most),
  thinking: growingText(most),
  input: growingText(most),
  citations: [],
  toolUse: undefined,
  signature: undefined,
  isRedacted: false,
})

function blockOf({ text: said, thinking, input, citations, toolUse, signature, isRedacted }: Block): object {
  if (toolUse !== undefined) return { toolUse: { ...fieldsOf(toolUse), input: parsed(input.value()) } }
  if (thinking.value() !== undefined || signature !== undefined || isRedacted)
    return { reasoningContent: { reasoningText: { text: thinking.value(), signature } } }
  if (citations.length > 0)
    return { citationsContent: { content: [{ text: said.value() ?? '' }], citations } }
  return { text: said.value() ?? '' }
}

/** What a stream broke off in the middle of is no JSON; of a tool without parameters nothing comes. */
function parsed(json: string | undefined): unknown {
  if (json === undefined || json === '') return {}
  try {
    return JSON.parse(json) as unknown
  } catch {
    return { partial_json: json }
  }
}
