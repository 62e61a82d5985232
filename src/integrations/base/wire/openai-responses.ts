import type { AccumulatorOptions, Answer, GrowingText, StreamAccumulator } from '../accumulator.ts'
import { growingText } from '../accumulator.ts'
import { isObject, number, read, text } from '../method.ts'
import { dataAt, itemsOf } from '../own-data.ts'
import { openAIUsage } from '../usage.ts'

/** The answer of a call of the Responses API that was not streamed, or of the last event of one that was. */
export function responsesAnswer(response: unknown): Answer {
  const status = text(dataAt(response, 'status'))
  const failure = dataAt(response, 'error')
  return {
    outputs: response,
    usage: openAIUsage(dataAt(response, 'usage')),
    model: text(dataAt(response, 'model')),
    responseId: text(dataAt(response, 'id')),
    finishReasons: finishReasonsOf(response, status),
    attributes: {
      'openai.response.service_tier': text(dataAt(response, 'service_tier')),
      'openai.response.status': status,
    },
    ...(status === 'failed' && {
      error: { type: text(dataAt(failure, 'code')) ?? 'failed', message: text(dataAt(failure, 'message')) },
    }),
  }
}

/** The API has no finish reason; its words for how it ended, in those of chat completions. */
function finishReasonsOf(response: unknown, status: string | undefined): readonly string[] {
  const why = text(dataAt(response, 'incomplete_details', 'reason'))
  if (why !== undefined) return [why === 'max_output_tokens' ? 'length' : why]
  if (status !== 'completed') return []
  const calls = itemsOf(dataAt(response, 'output')).some(
    (item) => text(dataAt(item, 'type')) === 'function_call',
  )
  return [calls ? 'tool_calls' : 'stop']
}

interface Item {
  readonly known: unknown
  readonly text: GrowingText
  readonly arguments: GrowingText
}

const MAX_ITEMS = 1024
const ENDINGS: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
])

/**
 * Folds the events of a streamed response. Its last event carries the whole; what the events before it said is kept for
 * the streams that break off.
 */
export function accumulateResponses({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const most = limits.maxValueBytes
  const items = new Map<number, Item>()
  let last: Answer | undefined
  let begun: unknown
  let failure: Answer['error']
  return {
    isFirst: (event) => text(read(event, 'type'))?.endsWith('.delta') ?? false,
    add(event) {
      const type = read(event, 'type')
      if (ENDINGS.has(type)) {
        last = responsesAnswer(read(event, 'response'))
        items.clear()
      } else if (type === 'response.created') {
        const { outputs: _empty, ...rest } = responsesAnswer(read(event, 'response'))
        begun = rest
      } else if (type === 'error') {
        failure = { type: text(read(event, 'code')) ?? 'error', message: text(read(event, 'message')) }
      } else if (content && last === undefined) {
        addEvent(items, type, event, most)
      }
    },
    answer() {
      if (last !== undefined) return last
      const start = (begun ?? {}) as Answer
      const outputs =
        items.size === 0 ? undefined : { id: start.responseId, model: start.model, output: outputOf(items) }
      return { ...start, ...(outputs && { outputs }), ...(failure && { error: failure }) }
    },
  }
}

function addEvent(items: Map<number, Item>, type: unknown, event: unknown, most: number): void {
  const index = number(read(event, 'output_index')) ?? 0
  if (type === 'response.output_item.added' || type === 'response.output_item.done') {
    const known = read(event, 'item')
    if (isObject(known) && (items.has(index) || items.size < MAX_ITEMS)) {
      items.set(index, { known, text: growingText(most), arguments: growingText(most) })
    }
    return
  }
  const item = items.get(index)
  if (type === 'response.output_text.delta' || type === 'response.refusal.delta')
    item?.text.add(read(event, 'delta'))
  if (type === 'response.function_call_arguments.delta') item?.arguments.add(read(event, 'delta'))
}

function outputOf(items: Map<number, Item>): object[] {
  return [...items.values()].map(({ known, text: said, arguments: given }) => ({
    ...(known as object),
    ...(said.value() !== undefined && { content: [{ type: 'output_text', text: said.value() }] }),
    ...(given.value() !== undefined && { arguments: given.value() }),
  }))
}
