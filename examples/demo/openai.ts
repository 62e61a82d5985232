/** The part of OpenAI's chat completions API that the demo uses, on both sides. */
export interface ToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string | null
  tool_calls?: ToolCall[]
  tool_call_id?: string
}

export interface ToolDefinition {
  type: 'function'
  function: { name: string; description: string; parameters: object }
}

export interface ChatRequest {
  model: string
  messages: Message[]
  tools: ToolDefinition[]
  stream: true
  stream_options: { include_usage: true }
}

export interface ChatUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details: { cached_tokens: number }
}

/** One piece of a streamed answer. The piece with `usage` comes last and has no choices. */
export interface ChatChunk {
  id: string
  model: string
  choices: { delta: { content?: string; tool_calls?: ToolCall[] }; finish_reason: string | null }[]
  usage?: ChatUsage
}
