import { SpanType } from '../span/semconv/span-type.ts'
import type { Vocabulary } from './vocabulary.ts'

const { CHAT_MODEL, CHAIN, EMBEDDING, RERANKER, TOOL } = SpanType

/** The spans that the AI SDK makes of itself, where turnspan's integration of it is off. */
export const AI_SDK: Vocabulary = {
  name: 'ai-sdk',
  keys: /^ai\.operationId$/,
  types: [
    [
      'ai.operationId',
      {
        'ai.generateText': CHAIN,
        'ai.streamText': CHAIN,
        'ai.generateObject': CHAIN,
        'ai.streamObject': CHAIN,
        'ai.generateText.doGenerate': CHAT_MODEL,
        'ai.streamText.doStream': CHAT_MODEL,
        'ai.generateObject.doGenerate': CHAT_MODEL,
        'ai.streamObject.doStream': CHAT_MODEL,
        'ai.toolCall': TOOL,
        'ai.embed': CHAIN,
        'ai.embedMany': CHAIN,
        'ai.embed.doEmbed': EMBEDDING,
        'ai.embedMany.doEmbed': EMBEDDING,
        'ai.rerank': CHAIN,
        'ai.rerank.doRerank': RERANKER,
      },
    ],
  ],
  model: ['ai.response.model', 'ai.model.id'],
  provider: ['ai.model.provider'],
  inputs: [
    { messages: ['ai.prompt.messages', 'ai.prompt#messages'], system: ['ai.prompt#system'] },
    { value: ['ai.toolCall.args', 'ai.prompt', 'ai.value', 'ai.values', 'ai.documents'] },
  ],
  outputs: [
    { value: ['ai.toolCall.result', 'ai.response.object'] },
    { messages: ['ai.response.text'], calls: ['ai.response.toolCalls'] },
    { value: ['ai.ranking'] },
  ],
  finish: ['ai.response.finishReason'],
  tools: ['ai.prompt.tools'],
  toolName: ['ai.toolCall.name'],
  usage: {
    input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
    output: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
    total: ['ai.usage.totalTokens'],
    cacheRead: ['ai.usage.cachedInputTokens', 'ai.usage.inputTokenDetails.cacheReadTokens'],
    cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
    reasoning: ['ai.usage.reasoningTokens', 'ai.usage.outputTokenDetails.reasoningTokens'],
  },
  session: ['ai.telemetry.metadata.sessionId'],
  user: ['ai.telemetry.metadata.userId'],
}

/** LiveKit's voice agents. */
export const LIVEKIT: Vocabulary = {
  name: 'livekit',
  keys: /^lk\./,
  scopes: /livekit/,
  named: [
    [/^(?:agent_session|agent_turn|drain_agent_activity)$/, SpanType.AGENT],
    [/^function_tool$/, TOOL],
    [/^llm_(?:node|request|request_run)$/, CHAT_MODEL],
    [/^(?:user_turn|user_speaking|agent_speaking|tts_node|tts_request|eou_detection)/, CHAIN],
  ],
  inputs: [
    { value: ['lk.function_tool.arguments'] },
    { messages: ['lk.chat_ctx#items', 'lk.chat_ctx'] },
    { value: ['lk.user_input', 'lk.user_transcript', 'lk.input_text'] },
  ],
  outputs: [{ value: ['lk.function_tool.output', 'lk.response.text'] }],
  toolName: ['lk.function_tool.name'],
  failed: [['lk.function_tool.is_error', undefined]],
}
