// Attributes in which other libraries carry content: prompts, answers, arguments, results, error text.

const EXACT: ReadonlySet<string> = new Set([
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.tool.arguments',
  'gen_ai.tool.result',
  'gen_ai.content.prompt',
  'gen_ai.content.completion',
  'mlflow.spanInputs',
  'mlflow.spanOutputs',
  'mlflow.chat.messages',
  'input.value',
  'output.value',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'ai.response.text',
  'ai.response.object',
  'ai.response.toolCalls',
  'ai.response.reasoning',
  'ai.value',
  'ai.values',
  'ai.embedding',
  'ai.embeddings',
  'exception.message',
  'exception.stacktrace',
  'error.message',
  'content',
])
const PREFIX =
  /^(gen_ai\.(prompt|completion)\.|ai\.prompt|llm\.(input|output)_messages\.|retrieval\.documents\.)/

/** Whether attribute `key` of a span or event of another library holds content. */
export function isContentKey(key: string): boolean {
  return EXACT.has(key) || PREFIX.test(key)
}
