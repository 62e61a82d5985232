import { eventFrame, exceptionFrame } from './event-stream.ts'
import { pieces, type Reply } from './reply.ts'
import type { ScriptedAnswer, ScriptedUsage } from './script.ts'

export const FAILURE: Uint8Array = exceptionFrame('throttlingException', 'Too many tokens, please wait.')

export type BedrockEvent = readonly [type: string, payload: object]

export const framed = (events: readonly BedrockEvent[]): Reply => ({
  frames: events.map(([type, payload]) => eventFrame(type, payload)),
  failure: FAILURE,
})

export function converseOf(answer: ScriptedAnswer): object {
  const { reasoning, text, tools } = answer
  const content = [
    ...(reasoning === undefined
      ? []
      : [{ reasoningContent: { reasoningText: { text: reasoning, signature: 'c2lnbmVk' } } }]),
    ...(text === undefined ? [] : [{ text }]),
    ...(tools ?? []).map(({ id = 'tooluse_1', name, arguments: input }) => ({
      toolUse: { toolUseId: id, name, input },
    })),
  ]
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: stopReasonOf(answer),
    usage: converseUsage(answer.usage),
    metrics: { latencyMs: 42 },
  }
}

export function stopReasonOf({ finish, tools }: ScriptedAnswer): string {
  if (finish === 'length') return 'max_tokens'
  if (finish === 'filter' || finish === 'refusal') return 'content_filtered'
  return tools === undefined ? 'end_turn' : 'tool_use'
}

/** Cached tokens are counted beside the input, and not in it. */
export function converseUsage(usage: ScriptedUsage = {}): object {
  const { input = 20, output = 10, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = usage
  const written = cacheWrite5m + cacheWrite1h
  return {
    inputTokens: input - cacheRead - written,
    outputTokens: output,
    totalTokens: input + output,
    ...(cacheRead + written > 0 && {
      cacheReadInputTokens: cacheRead,
      cacheWriteInputTokens: written,
      cacheDetails: [
        { ttl: '1h', inputTokens: cacheWrite1h },
        { ttl: '5m', inputTokens: cacheWrite5m },
      ],
    }),
  }
}

/** The same message as events; each kind of content is a block. */
export function converseEvents(answer: ScriptedAnswer): BedrockEvent[] {
  const blocks: BedrockEvent[][] = []
  const add = (deltas: readonly object[], start?: object): void => {
    const contentBlockIndex = blocks.length
    blocks.push([
      ...(start === undefined ? [] : [['contentBlockStart', { start, contentBlockIndex }] as const]),
      ...deltas.map((delta) => ['contentBlockDelta', { delta, contentBlockIndex }] as const),
      ['contentBlockStop', { contentBlockIndex }],
    ])
  }
  if (answer.reasoning !== undefined)
    add([
      ...pieces(answer.reasoning).map((text) => ({ reasoningContent: { text } })),
      { reasoningContent: { signature: 'c2lnbmVk' } },
    ])
  if (answer.text !== undefined) add(pieces(answer.text).map((text) => ({ text })))
  for (const { id = 'tooluse_1', name, arguments: input } of answer.tools ?? []) {
    const json = JSON.stringify(input)
    const halves = [json.slice(0, 5), json.slice(5)]
    add(
      halves.map((half) => ({ toolUse: { input: half } })),
      { toolUse: { toolUseId: id, name } },
    )
  }
  return [
    ['messageStart', { role: 'assistant' }],
    ...blocks.flat(),
    ['messageStop', { stopReason: stopReasonOf(answer) }],
    ['metadata', { usage: converseUsage(answer.usage), metrics: { latencyMs: 42 } }],
  ]
}
