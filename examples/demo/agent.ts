import { withAgent, withTool } from 'turnspan'
import { type Chat, messageOf, type Piece } from './model.ts'
import type { Message, ToolCall } from './openai.ts'
import type { Tool } from './tools.ts'

/** One conversation with the travel assistant. */
export interface Conversation {
  /** Answers `question`, word by word; the turn's trace has the ID in `responseId`. */
  ask(question: string, responseId: string, onText: (text: string) => void): Promise<string>
}

const ATTEMPTS = 2

/** An agent loop like any other: ask the model, run the tools it wants, until it answers in words. */
export function startConversation(
  chat: Chat,
  tools: ReadonlyMap<string, Tool>,
  session: { sessionId: string; user: string },
): Conversation {
  const messages: Message[] = [{ role: 'system', content: 'You are a travel assistant. Be brief.' }]
  const definitions = [...tools.values()].map((tool) => tool.definition)

  const loop = async (onText: (text: string) => void): Promise<string> => {
    for (;;) {
      const pieces: Piece[] = []
      for await (const piece of chat(messages, definitions)) {
        pieces.push(piece)
        if ('text' in piece) onText(piece.text)
      }
      const message = messageOf(pieces)
      messages.push(message)
      if (message.tool_calls === undefined) return message.content ?? ''
      // Side by side, as the model asked for them: each span still finds its own place in the tree.
      messages.push(...(await Promise.all(message.tool_calls.map((call) => answerOf(call, tools)))))
    }
  }

  return {
    ask(question, responseId, onText) {
      messages.push({ role: 'user', content: question })
      return withAgent({ agent: 'travel', responseId, input: question, ...session }, () => loop(onText))
    },
  }
}

/** Runs one tool, again if it fails, and gives the model what came of it. */
async function answerOf(call: ToolCall, tools: ReadonlyMap<string, Tool>): Promise<Message> {
  const { name, arguments: text } = call.function
  const args = JSON.parse(text) as Record<string, unknown>
  let content = ''
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const result = await withTool({ tool: name, arguments: args, callId: call.id }, () => {
        const tool = tools.get(name)
        if (tool === undefined) throw new Error(`there is no tool ${name}`)
        return tool.run(args)
      })
      content = JSON.stringify(result)
      break
    } catch (error) {
      content = JSON.stringify({ error: (error as Error).message })
    }
  }
  return { role: 'tool', tool_call_id: call.id, content }
}
