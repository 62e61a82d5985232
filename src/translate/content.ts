import type { SpanStatus } from '../span/ended-span.ts'
import { at, isData, items, parsed, text } from './data.ts'
import { type ChatMessage, chatMessages, choicesOf } from './messages.ts'
import { callOf, saidIn } from './parts.ts'
import type { Source } from './source.ts'
import type { Content, Vocabulary } from './vocabulary.ts'

/** What was given, or came out, and whether it is messages. */
export interface Found {
  readonly value: unknown
  readonly isChat: boolean
}

/** What a span tells: both its sides, and how it ended. */
export interface Told {
  readonly inputs: Found | undefined
  readonly outputs: Found | undefined
  readonly status: SpanStatus
}

/** How content is read of a span of that kind. */
export interface Reading {
  readonly source: Source
  readonly known: readonly Vocabulary[]
  readonly isTool: boolean
  readonly finish: unknown
}

export function inputsIn(reading: Reading): Found | undefined {
  return found(reading, 'inputs', (messages) => ({ messages: chatMessages(messages, 'user') }), 'messages')
}

export function outputsIn(reading: Reading): Found | undefined {
  return found(reading, 'outputs', (messages) => choicesOf(messages, reading.finish), 'choices')
}

function found(
  reading: Reading,
  side: 'inputs' | 'outputs',
  shown: (messages: unknown) => unknown,
  shownKey: string,
): Found | undefined {
  const { source, known, isTool } = reading
  for (const vocabulary of known) {
    for (const content of vocabulary[side] ?? []) {
      const messages = messagesOf(source, content)
      if (messages === undefined) {
        const value = anyValue(source, content)
        if (value !== undefined) return { value, isChat: false }
      } else if (isTool) return { value: toolValue(messages), isChat: false }
      else {
        const chat = shown(messages)
        if (at(chat, shownKey) !== undefined) return { value: chat, isChat: true }
      }
    }
  }
  return undefined
}

function messagesOf(source: Source, content: Content): unknown {
  if ('events' in content) {
    const listed = source.messages[content.events]
    return listed.length > 0 ? listed : undefined
  }
  if ('list' in content) return source.list(content.list, (piece) => renamed(piece, content.drop))
  if (!('messages' in content)) return undefined
  const said = parsed(source.first(content.messages))
  const calls = items(parsed(source.first(content.calls ?? [])))
  if (calls.length > 0) return [{ role: 'assistant', content: said ?? null, tool_calls: calls.map(callOf) }]
  const system = parsed(source.first(content.system ?? []))
  return said === undefined || system === undefined ? said : [systemMessage(system), ...listOf(said)]
}

const renamed = (piece: string, drop: RegExp | undefined): string => (drop?.test(piece) ? '' : piece)

const systemMessage = (system: unknown): ChatMessage => ({
  role: 'system',
  content:
    typeof system === 'string' ? system : saidIn(at(system, 'parts') ?? at(system, 'content') ?? system),
})

/** Messages that stand beside what the system said: those of a text are the user's. */
function listOf(said: unknown): readonly unknown[] {
  if (Array.isArray(said)) return said
  return isData(said) ? [said] : [{ role: 'user', content: said }]
}

function anyValue(source: Source, content: Content): unknown {
  if ('values' in content) return source.list(content.values, (piece) => renamed(piece, content.drop))
  return 'value' in content ? parsed(source.first(content.value)) : undefined
}

/** What a tool got, or gave, of libraries that write it as a message. */
function toolValue(messages: unknown): unknown {
  const [only, ...more] = Array.isArray(messages) ? messages : [messages]
  if (more.length > 0) return messages
  const body = parsed(at(only, 'content') ?? at(only, 'parts') ?? only)
  if (!Array.isArray(body)) return body
  const result = body.length === 1 ? (at(body[0], 'response') ?? at(body[0], 'arguments')) : undefined
  if (result !== undefined) return parsed(result)
  const texts = body.map((part) => text(at(part, 'text')) ?? text(at(part, 'content')))
  return texts.every((one) => one !== undefined) ? parsed(texts.join('')) : body
}
