import type { TapeView } from '../snapshot/tape.ts'

/** A text of ours, or one that was captured and has not been read. */
export type Text = string | TapeView

/** A message of the GenAI conventions. */
export interface Message {
  readonly role: Text
  /** A captured list is one of the conventions' parts already. */
  readonly parts: readonly Part[] | TapeView
  readonly finishReason: Text | undefined
}

/** What a model was asked, in the words of the conventions. */
export interface Asked {
  readonly messages: readonly Message[]
  /** What it was told beside the messages, where its API has that apart from them. */
  readonly system?: readonly Part[] | undefined
}

/** A part of a message, of which all that was captured is still as it was captured. */
export type Part =
  | { readonly type: 'text' | 'reasoning'; readonly content: Text }
  | ToolCallPart
  | {
      readonly type: 'tool_call_response'
      readonly id: TapeView | undefined
      readonly response: TapeView | undefined
    }
  | {
      /** The conventions allow part types of one's own; nothing is lost by passing it on. */
      readonly type: 'own'
      readonly value: TapeView
      /** The type that it is given, where it has none; or {@link GENERIC}. */
      readonly named?: string
    }

/** The type of parts whose own type means something else to the conventions: it stands under `generic_type`. */
export const GENERIC = 'generic'

/** A call of a tool that the model asks for. */
export interface ToolCallPart {
  readonly type: 'tool_call'
  readonly id: TapeView | undefined
  readonly name: TapeView | undefined
  readonly arguments: TapeView | undefined
  /** The arguments arrive as JSON text; the conventions have them as an object. */
  readonly isText: boolean
}

/** One way to make them all, so that engines see one shape. */
export const makeMessage = <P extends Message['parts']>(
  role: Text,
  parts: P,
  finishReason?: Text,
): Message & { readonly parts: P } => ({ role, parts, finishReason })

export const textPart = (content: Text): Part => ({ type: 'text', content })

export const reasoningPart = (content: Text): Part => ({ type: 'reasoning', content })

export const toolCallPart = (
  id: TapeView | undefined,
  name: TapeView | undefined,
  args: TapeView | undefined,
  isText = false,
): Part => ({ type: 'tool_call', id, name, arguments: args, isText })

export const toolResponsePart = (id: TapeView | undefined, response: TapeView | undefined): Part => ({
  type: 'tool_call_response',
  id,
  response,
})

export const ownPart = (value: TapeView, named?: string): Part => ({
  type: 'own',
  value,
  ...(named !== undefined && { named }),
})

/** All of `items`, or `undefined` when one of them is missing. */
export function all<T>(items: readonly (T | undefined)[]): T[] | undefined {
  return items.includes(undefined) ? undefined : (items as T[])
}
