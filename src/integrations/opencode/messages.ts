import type { HarnessTool, Nesting, Turn } from '../base/harness/index.ts'
import {
  dataAt,
  type Fields,
  itemsOf,
  keys,
  type ModelUsage,
  number,
  read,
  text,
  toolCallOf,
  usageOf,
} from '../base/index.ts'
import type { Reader } from './reader.ts'

/** Sub-agents may start others. */
const MAX_DEPTH = 8

/** Tells a turn what its messages say, with the times that they have, and ends it. */
export async function tellTurn(
  turn: Turn,
  messages: readonly unknown[],
  reader: Reader,
  endTime: number,
): Promise<void> {
  await tellParts(turn, messages, reader, 0)
  const last = messages.at(-1)
  const agent = text(read(last, 'info', 'agent')) ?? text(read(last, 'info', 'mode'))
  if (agent !== undefined) turn.span.setAttribute('opencode.agent', agent)
  endTurn(turn, last, endTime)
}

function endTurn(turn: Turn, last: unknown, endTime: number | undefined): void {
  const end = { output: textIn(last), endTime }
  const error = read(last, 'info', 'error')
  if (error === undefined) turn.end(end)
  else if (read(error, 'name') === 'MessageAbortedError') turn.cancel('aborted', end)
  else turn.fail(failureIn(error), end)
}

async function tellParts(
  place: Nesting,
  messages: readonly unknown[],
  reader: Reader,
  depth: number,
): Promise<void> {
  for (const message of messages) {
    tellCall(place, message)
    for (const part of itemsOf(read(message, 'parts'))) {
      if (dataAt(part, 'type') === 'tool') await tellTool(place, part, reader, depth)
    }
  }
}

/** A reply is one call of a model, and the tools that it asked for. */
function tellCall(place: Nesting, message: unknown): void {
  const info = read(message, 'info')
  const parts = itemsOf(read(message, 'parts'))
  const startTime = number(dataAt(info, 'time', 'created'))
  const call = place.modelCall({
    model: text(dataAt(info, 'modelID')),
    provider: text(dataAt(info, 'providerID')),
    messageFormat: 'openai',
    startTime,
    background: true,
  })
  const first = earliest(parts.map((part) => dataAt(part, 'time', 'start')))
  if (startTime !== undefined && first !== undefined && first >= startTime) {
    call.span.setAttribute(keys.TIME_TO_FIRST_CHUNK, (first - startTime) / 1000)
  }
  const cost = number(dataAt(info, 'cost'))
  const finish = text(dataAt(info, 'finish'))?.replaceAll('-', '_')
  const end = {
    usage: usageIn(dataAt(info, 'tokens')),
    endTime: endOf(info, parts),
    ...(finish !== undefined && { finishReasons: [finish] }),
    ...(call.capturesContent && { output: answerIn(parts, finish) }),
    ...(cost !== undefined && cost > 0 && { attributes: { 'opencode.cost': cost } }),
  }
  const error = read(info, 'error')
  if (error === undefined) call.end(end)
  else if (read(error, 'name') === 'MessageAbortedError') call.cancel('aborted', end)
  else call.fail(failureIn(error), end)
}

/** The model has said all when its first tool begins; the message is over when the last one has answered. */
function endOf(info: unknown, parts: readonly unknown[]): number | undefined {
  const tools = earliest(parts.map((part) => read(part, 'state', 'time', 'start')))
  return tools ?? number(dataAt(info, 'time', 'completed'))
}

function earliest(times: readonly unknown[]): number | undefined {
  let first: number | undefined
  for (const time of times) {
    const at = number(time)
    if (at !== undefined && (first === undefined || at < first)) first = at
  }
  return first
}

/** Tokens of a call: OpenCode counts those that came from a cache beside the others. */
function usageIn(tokens: unknown): ModelUsage | undefined {
  const fresh = number(dataAt(tokens, 'input'))
  const made = number(dataAt(tokens, 'output'))
  if (fresh === undefined || made === undefined) return undefined
  const cacheRead = number(dataAt(tokens, 'cache', 'read')) ?? 0
  const cacheWrite = number(dataAt(tokens, 'cache', 'write')) ?? 0
  const reasoning = number(dataAt(tokens, 'reasoning')) ?? 0
  const total = number(dataAt(tokens, 'total'))
  const inputTokens = fresh + cacheRead + cacheWrite
  // Versions that tell no total count the tokens of thoughts among the others.
  const outputTokens = total === undefined ? made : made + reasoning
  if (inputTokens + outputTokens === 0) return undefined
  return usageOf({
    inputTokens,
    outputTokens,
    totalTokens: total,
    cacheReadInputTokens: cacheRead || undefined,
    cacheCreationInputTokens: cacheWrite || undefined,
    reasoningTokens: reasoning || undefined,
  })
}

function answerIn(parts: readonly unknown[], finish: string | undefined): Fields {
  const of = (type: string): readonly unknown[] => parts.filter((part) => dataAt(part, 'type') === type)
  const textOf = (type: string): string =>
    of(type)
      .map((part) => text(dataAt(part, 'text')) ?? '')
      .join('')
  const calls = of('tool').map((part) =>
    toolCallOf(dataAt(part, 'callID'), dataAt(part, 'tool'), dataAt(part, 'state', 'input')),
  )
  const thought = textOf('reasoning')
  const message = {
    role: 'assistant',
    content: text(textOf('text')) ?? null,
    ...(thought !== '' && { reasoning_content: thought }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return { choices: [{ index: 0, message, ...(finish !== undefined && { finish_reason: finish }) }] }
}

const textIn = (message: unknown): string | undefined => {
  const choice = itemsOf(answerIn(itemsOf(read(message, 'parts')), undefined).choices)[0]
  return text(read(choice, 'message', 'content'))
}

async function tellTool(place: Nesting, part: unknown, reader: Reader, depth: number): Promise<void> {
  const state = dataAt(part, 'state')
  const tool = place.tool({
    name: text(dataAt(part, 'tool')) ?? 'tool',
    callId: text(dataAt(part, 'callID')),
    arguments: dataAt(state, 'input'),
    startTime: number(dataAt(state, 'time', 'start')),
    background: true,
  })
  await tellSubAgent(tool, state, reader, depth)
  const end = { endTime: number(dataAt(state, 'time', 'end')) }
  switch (dataAt(state, 'status')) {
    case 'completed':
      tool.end({ ...end, output: dataAt(state, 'output') })
      return
    case 'error':
      tool.fail({ type: 'tool_error', message: text(dataAt(state, 'error')) }, end)
      return
    default:
      tool.cancel('not finished', end)
  }
}

/** A tool that starts another agent says in which session that one works. */
async function tellSubAgent(tool: HarnessTool, state: unknown, reader: Reader, depth: number): Promise<void> {
  const metadata = dataAt(state, 'metadata')
  const sessionId = text(dataAt(metadata, 'sessionId')) ?? text(dataAt(metadata, 'sessionID'))
  if (sessionId === undefined || depth >= MAX_DEPTH) return
  const startMs = number(dataAt(state, 'time', 'start')) ?? 0
  const all = (await reader.session(sessionId)) ?? []
  const replies = all.filter(
    (message) =>
      read(message, 'info', 'role') === 'assistant' &&
      (number(read(message, 'info', 'time', 'created')) ?? 0) >= startMs,
  )
  if (replies.length === 0) return
  const turn = tool.subAgent({
    agent:
      text(dataAt(state, 'input', 'subagent_type')) ?? text(read(replies[0], 'info', 'agent')) ?? 'agent',
    input: dataAt(state, 'input', 'prompt'),
    startTime: startMs,
    background: true,
  })
  await tellParts(turn, replies, reader, depth + 1)
  const last = replies.at(-1)
  endTurn(turn, last, number(read(last, 'info', 'time', 'completed')))
}

/** What OpenCode says of a failure: `{ name, data: { message } }`. */
export function failureIn(error: unknown): { type: string; message: string | undefined } {
  return {
    type: text(read(error, 'name')) ?? text(read(error, '_tag')) ?? 'api_error',
    message: text(read(error, 'data', 'message')) ?? text(read(error, 'message')),
  }
}
