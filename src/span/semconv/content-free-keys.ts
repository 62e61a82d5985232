// Attributes of libraries for language models that are known to be free of content: names, IDs, numbers, settings. A
// list of what carries content would always be behind, for each library has names of its own.

const names = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/))

const EXACT: ReadonlySet<string> = names(`
  gen_ai.operation.name gen_ai.provider.name gen_ai.system gen_ai.framework gen_ai.request.model
  gen_ai.request.max_tokens gen_ai.request.temperature gen_ai.request.top_p gen_ai.request.top_k
  gen_ai.request.frequency_penalty gen_ai.request.presence_penalty gen_ai.request.seed gen_ai.request.choice.count
  gen_ai.request.encoding_formats gen_ai.request.stream gen_ai.request.is_stream gen_ai.request.reasoning.level
  gen_ai.request.reasoning_effort gen_ai.request.type gen_ai.request.previous_response.id
  gen_ai.response.id gen_ai.response.model gen_ai.response.finish_reasons gen_ai.response.finish_reason
  gen_ai.response.time_to_first_chunk gen_ai.token.type gen_ai.conversation.id gen_ai.agent.id gen_ai.agent.name
  gen_ai.agent.version gen_ai.agent.tools gen_ai.tool.type gen_ai.tool.call.id gen_ai.tool.status
  gen_ai.data_source.id gen_ai.output.type gen_ai.workflow.name gen_ai.prompt.name gen_ai.prompt.version
  gen_ai.embeddings.dimension.count gen_ai.evaluation.name gen_ai.evaluation.score.value
  gen_ai.evaluation.score.label gen_ai.event.start_time gen_ai.event.end_time gen_ai.server.time_to_first_token
  gen_ai.server.request.duration gen_ai.openai.api_base gen_ai.openai.system_fingerprint
  openai.request.service_tier openai.response.service_tier openai.response.system_fingerprint openai.api.type
  aws.bedrock.guardrail.id aws.bedrock.knowledge_base.id aws.request_id az.namespace azure.resource_provider.namespace
  openinference.span.kind openinference.project.name llm.model_name llm.provider llm.system llm.request.type
  llm.is_streaming llm.response.finish_reason llm.response.stop_reason embedding.model_name reranker.model_name
  reranker.top_k tool.id tool.status tool_call.id input.mime_type output.mime_type agent.name agent.id
  graph.node.id graph.node.name graph.node.parent_id
  traceloop.span.kind traceloop.workflow.name traceloop.entity.name traceloop.entity.path traceloop.entity.version
  ai.operationId ai.model.id ai.model.provider ai.response.id ai.response.model ai.response.finishReason
  ai.response.timestamp ai.response.msToFirstChunk ai.response.msToFinish ai.response.avgOutputTokensPerSecond
  ai.response.avgCompletionTokensPerSecond ai.finishReason ai.stream.msToFirstChunk ai.telemetry.functionId
  ai.toolCall.id ai.settings.maxRetries ai.settings.maxSteps ai.settings.maxTokens
  ai.settings.maxOutputTokens ai.settings.temperature ai.settings.topP ai.settings.topK ai.settings.presencePenalty
  ai.settings.frequencyPenalty ai.settings.seed ai.settings.mode ai.settings.output operation.name resource.name
  gcp.vertex.agent.invocation_id gcp.vertex.agent.session_id gcp.vertex.agent.event_id
  gcp.vertex.agent.associated_event_ids
  genkit:name genkit:path genkit:type genkit:state genkit:isRoot genkit:metadata:subtype genkit:metadata:flow:id
  genkit:sessionId genkit:threadName
  langfuse.user.id langfuse.session.id langfuse.environment langfuse.release langfuse.version
  langfuse.observation.type langfuse.observation.level langfuse.observation.model.name langfuse.trace.name
  lmnr.span.type lmnr.span.path lmnr.span.ids_path lmnr.association.properties.session_id
  lmnr.association.properties.user_id
  mastra.span.type mastra.trace_id span.type entity.type entity.id entity.name voltagent.label conversation.id
  lk.job_id lk.retry_count lk.response.ttft lk.interrupted lk.speech_id
  event_loop.cycle_id event_loop.parent_cycle_id
  mlflow.spanType mlflow.llm.model mlflow.llm.provider mlflow.llm.cost mlflow.chat.tokenUsage mlflow.traceRequestId
  mlflow.message.format mlflow.spanFunctionName
  mcp.method.name mcp.session.id mcp.protocol.version jsonrpc.request.id jsonrpc.protocol.version
  rpc.jsonrpc.request_id rpc.jsonrpc.error_code rpc.response.status_code
  session.id user.id thread.id thread.name error.type exception.type exception.escaped event.name peer.service
  http.request.method http.response.status_code http.method http.status_code http.route url.scheme url.template
  server.address server.port client.address client.port db.system db.system.name role finish_reason index type name
  level service.name service.version
`)

/** What a model may have made up: it asks for tools by any name. */
const TOOL_NAMES: ReadonlySet<string> = names(
  'gen_ai.tool.name tool.name tool_call.function.name ai.toolCall.name',
)

/** A few words without punctuation, as in names of spans (an operation, and what it is done with) and of tools. */
const NAME_WORDS = /^[^\s,;!?]{1,64}(?:\s[^\s,;!?]{1,64}){0,2}$/

/** Whether `name` is one, and not a sentence of somebody. */
export function isName(name: unknown): boolean {
  return typeof name === 'string' && NAME_WORDS.test(name)
}

/** What applications attach by themselves, as attributes of their own. */
const BEGINS: readonly string[] = [
  'gen_ai.usage.',
  'llm.token_count.',
  'llm.usage.',
  'llm.cost.',
  'ai.usage.',
  'ai.telemetry.metadata.',
  'traceloop.association.properties.',
  'mlflow.traceTag.',
  'turnspan.',
  'network.',
  'net.',
  'otel.',
  'code.',
  'telemetry.',
  'deployment.',
]

/** Ends of names of numbers that measure. */
const MEASURES =
  /(?:^|[._:])(?:count|tokens|duration|duration_ms|durationMs|latency|latency_ms|ttft|ttfb|ms|seconds|cost|attempt|attempts|retries|retry_count|status_code|total|size|length|index|iterations|steps)$|_(?:ms|count|tokens|seconds|cost|total|size)$|(?:Ms|Count|Tokens|Cost)$/

/** Whether an attribute `key` of a library for language models is known to be free of content. */
export function isFreeOfContent(key: string, value: unknown): boolean {
  if (EXACT.has(key) || BEGINS.some((start) => key.startsWith(start))) return true
  if (TOOL_NAMES.has(key)) return isName(value)
  return (typeof value === 'number' || typeof value === 'boolean') && MEASURES.test(key)
}
