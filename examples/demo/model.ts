import { getCurrentActiveSpan, SpanType, trace } from 'turnspan'
import type { ChatChunk, ChatRequest, Message, ToolCall, ToolDefinition } from './openai.ts'

/** A piece of the model's answer. */
export type Piece = { text: string } | { toolCalls: ToolCall[] }

/** Asks the model, and yields its answer as it comes. */
export type Chat = (messages: Message[], tools: ToolDefinition[]) => AsyncGenerator<Piece>

/**
 * A client for chat completions at `url`. Each call is one CHAT_MODEL span. The arguments are its inputs. The result is
 * a stream, so the span ends with the stream, and the reducer folds its pieces into the recorded output.
 */
export function createChat(url: string, model: string): Chat {
  return trace(
    async function* chat(messages: Message[], tools: ToolDefinition[]): AsyncGenerator<Piece> {
      const span = getCurrentActiveSpan()
      span?.setModel(model, 'openai')
      const body: ChatRequest = {
        model,
        messages,
        tools,
        stream: true,
        stream_options: { include_usage: true },
      }
      const response = await fetch(`${url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
      if (!response.ok) throw new Error(`the model answered ${response.status}`)
      for await (const { choices, usage } of chunksOf(response)) {
        const delta = choices[0]?.delta
        if (delta?.content) yield { text: delta.content }
        if (delta?.tool_calls) yield { toolCalls: delta.tool_calls }
        if (usage) {
          span?.setTokenUsage({
            inputTokens: usage.prompt_tokens,
            outputTokens: usage.completion_tokens,
            cacheReadInputTokens: usage.prompt_tokens_details.cached_tokens,
          })
        }
      }
    },
    { name: 'chat', spanType: SpanType.CHAT_MODEL, outputReducer: messageOf },
  )
}

/** The assistant's message that `pieces` are the pieces of. */
export function messageOf(pieces: readonly Piece[]): Message {
  const content = pieces.map((piece) => ('text' in piece ? piece.text : '')).join('')
  const calls = pieces.flatMap((piece) => ('toolCalls' in piece ? piece.toolCalls : []))
  return { role: 'assistant', content: content || null, ...(calls.length > 0 && { tool_calls: calls }) }
}

/** The server-sent events of `response`. */
async function* chunksOf(response: Response): AsyncGenerator<ChatChunk> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const data = event.replace(/^data: /, '')
      if (data !== '[DONE]') yield JSON.parse(data) as ChatChunk
    }
  }
}
