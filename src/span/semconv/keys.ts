/**
 * Attribute keys as they stand on the wire. GenAI conventions are still unstable and change names between releases,
 * so the ones we send are written down here instead of being imported from an incubating entry.
 *
 * Sources: OpenTelemetry GenAI semantic conventions (semantic-conventions-genai) and MLflow 3.17
 * (`mlflow.tracing.constant`).
 */
export const SPAN_TYPE = 'mlflow.spanType'
export const SPAN_INPUTS = 'mlflow.spanInputs'
export const SPAN_OUTPUTS = 'mlflow.spanOutputs'
export const TOKEN_USAGE = 'mlflow.chat.tokenUsage'
export const LLM_MODEL = 'mlflow.llm.model'
export const LLM_PROVIDER = 'mlflow.llm.provider'
export const LLM_COST = 'mlflow.llm.cost'
/** Names the parser by which MLflow's Chat tab reads inputs and outputs. */
export const MESSAGE_FORMAT = 'mlflow.message.format'
/** The tools that a model could call, in OpenAI's nested form. */
export const CHAT_TOOLS = 'mlflow.chat.tools'
/** Prefix of root attributes that MLflow turns into trace tags. */
export const TRACE_TAG = 'mlflow.traceTag.'
/** The tag that holds the name of a trace; the root's own name is not used for it. */
export const TRACE_NAME_TAG = 'mlflow.traceName'
export const SPANS_LOCATION_TAG = 'mlflow.trace.spansLocation'

/** Trace metadata that MLflow reserves. */
export const METADATA_USER = 'mlflow.trace.user'
export const METADATA_SESSION = 'mlflow.trace.session'
export const METADATA_SOURCE_TYPE = 'mlflow.source.type'

export const OPERATION_NAME = 'gen_ai.operation.name'
export const PROVIDER_NAME = 'gen_ai.provider.name'
/** Former name of {@link PROVIDER_NAME}. */
export const SYSTEM = 'gen_ai.system'
export const REQUEST_MODEL = 'gen_ai.request.model'
export const REASONING_LEVEL = 'gen_ai.request.reasoning.level'
export const PREVIOUS_RESPONSE_ID = 'gen_ai.request.previous_response.id'
export const PROMPT_NAME = 'gen_ai.prompt.name'
export const PROMPT_VERSION = 'gen_ai.prompt.version'
export const RESPONSE_MODEL = 'gen_ai.response.model'
export const RESPONSE_ID = 'gen_ai.response.id'
export const FINISH_REASONS = 'gen_ai.response.finish_reasons'
/** In seconds, from the request on. */
export const TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk'
export const CONVERSATION_ID = 'gen_ai.conversation.id'
export const AGENT_NAME = 'gen_ai.agent.name'
export const TOOL_NAME = 'gen_ai.tool.name'
export const TOOL_CALL_ID = 'gen_ai.tool.call.id'
export const TOOL_CALL_ARGUMENTS = 'gen_ai.tool.call.arguments'
export const TOOL_CALL_RESULT = 'gen_ai.tool.call.result'
/** Former name of {@link TOOL_CALL_ARGUMENTS}. */
export const TOOL_ARGUMENTS = 'gen_ai.tool.arguments'
/** Former name of {@link TOOL_CALL_RESULT}. */
export const TOOL_RESULT = 'gen_ai.tool.result'
export const TOOL_DEFINITIONS = 'gen_ai.tool.definitions'
/** What the model is told beside the messages, where its API has that apart from them. */
export const SYSTEM_INSTRUCTIONS = 'gen_ai.system_instructions'
export const INPUT_MESSAGES = 'gen_ai.input.messages'
export const OUTPUT_MESSAGES = 'gen_ai.output.messages'
export const USAGE_INPUT = 'gen_ai.usage.input_tokens'
export const USAGE_OUTPUT = 'gen_ai.usage.output_tokens'
export const USAGE_CACHE_READ = 'gen_ai.usage.cache_read.input_tokens'
export const USAGE_CACHE_WRITE = 'gen_ai.usage.cache_write.input_tokens'
/** Former name of {@link USAGE_CACHE_WRITE}. */
export const USAGE_CACHE_CREATION = 'gen_ai.usage.cache_creation.input_tokens'
export const USAGE_REASONING = 'gen_ai.usage.reasoning.output_tokens'
/** The conventions have no names for these three yet. */
export const USAGE_CACHE_CREATION_1H = 'gen_ai.usage.cache_creation_1h.input_tokens'
export const USAGE_AUDIO_INPUT = 'gen_ai.usage.audio.input_tokens'
export const USAGE_AUDIO_OUTPUT = 'gen_ai.usage.audio.output_tokens'
/** Before the names of what an agent only sums up, in place of the conventions' `gen_ai.usage.`. */
export const SUMMED_USAGE = 'turnspan.usage.'
/** Former names of the two base counts. */
export const USAGE_PROMPT = 'gen_ai.usage.prompt_tokens'
export const USAGE_COMPLETION = 'gen_ai.usage.completion_tokens'

export const SESSION_ID = 'session.id'
export const USER_ID = 'user.id'
export const ERROR_TYPE = 'error.type'
export const EXCEPTION_EVENT = 'exception'
export const EXCEPTION_TYPE = 'exception.type'
export const EXCEPTION_MESSAGE = 'exception.message'
export const EXCEPTION_STACKTRACE = 'exception.stacktrace'

export const OPENINFERENCE_KIND = 'openinference.span.kind'
export const TRACELOOP_KIND = 'traceloop.span.kind'
export const AI_SDK_OPERATION = 'ai.operationId'

/** How a model call ended that neither finished nor failed: `stopped`, `aborted`, `abandoned`, `idle`, `raw`. */
export const CALL_END = 'turnspan.call.end'

/** On a span that was sent before it ended; what its end sends does not have it. */
export const STILL_OPEN = 'turnspan.open'
