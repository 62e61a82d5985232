import type { EndedSpan } from '../ended-span.ts'
import { isIdentifier, plainType } from '../exception.ts'
import { isFreeOfContent, isName } from './content-free-keys.ts'
import { OPERATION_NAME } from './keys.ts'

// What spans of other libraries may carry while content is not captured: prompts, answers, arguments, results and texts
// of errors stay out, wherever they stand.

/** Names by which libraries for language models call their tracers. */
const GENAI_SCOPE =
  /gen.?ai|openai|anthropic|claude|openinference|traceloop|openllmetry|^ai$|^ai[-_.@/]|^agents$|vertex|google[-_.]adk|^adk|strands|mastra|genkit|langfuse|lmnr|laminar|livekit|voltagent|tanstack.*ai|mistral|cohere\b|groq|bedrock|stagehand|langchain|langgraph|langsmith|llama.?index|pydantic[-_.]ai|crewai|semantic.?kernel|braintrust|autogen|haystack|dspy|smolagents|beeai|promptflow|copilot|modelcontextprotocol|@a2a|letta|mem0/i

/** Vocabularies of such libraries, whoever uses them. */
const GENAI_KEY =
  /^(?:gen_ai|llm|ai|openinference|traceloop|langfuse|lmnr|lk|mastra|voltagent|embedding|reranker|retrieval|tool|tool_call|gcp\.vertex\.agent|openai|anthropic|mlflow|input|output|prompt|message|genkit)[.:]/

/** Carry content in vocabularies of anybody. */
const CONTENT_KEYS: ReadonlySet<string> = new Set(
  `input output inputs outputs prompt completion content messages system_prompt user_prompt
  exception.message exception.stacktrace error.message error.stack error.stacktrace
  http.request.body http.response.body http.request.body.text http.response.body.text
  messaging.message.body rpc.message.body`.split(/\s+/),
)

const MAX_SCOPES = 1000
const known = new Map<string, boolean>()

/** Whether a tracer of this name belongs to a library for language models. */
export function isGenAiScope(scope: string): boolean {
  let isOne = known.get(scope)
  if (isOne === undefined) {
    if (known.size >= MAX_SCOPES) known.clear()
    isOne = GENAI_SCOPE.test(scope)
    known.set(scope, isOne)
  }
  return isOne
}

/** Whether `span` of another library is about language models, by its tracer or by what it says. */
export function speaksOfModels({ agent, scope, attributes, events }: EndedSpan): boolean {
  if (agent !== undefined) return false
  if (isGenAiScope(scope.name) || Object.keys(attributes).some((key) => GENAI_KEY.test(key))) return true
  return events.some(({ name }) => GENAI_EVENT.test(name))
}

/** Whether attribute `key` of a span, event or link of another library may be kept while content is not captured. */
export function isAdmitted(scope: string, key: string, value: unknown): boolean {
  if (key === 'error.type' || key === 'exception.type') return isIdentifier(value)
  if (isGenAiScope(scope) || GENAI_KEY.test(key)) return isFreeOfContent(key, value)
  return !CONTENT_KEYS.has(key)
}

/** Attributes that integrations of ours write, and that hold words of the program or of a model. */
const OWN_CONTENT: ReadonlySet<string> = new Set([
  'gen_ai.request.stop_sequences',
  'gen_ai.tool.description',
  'mcp.resource.uri',
  'ai.ranking',
  'policy.reason',
])
/** Attributes that hold the name of what was thrown. */
const TYPE_KEYS: ReadonlySet<string> = new Set(['error.type', 'exception.type', 'langgraph.ended_by'])

/** What a span of ours keeps of `value` while content is not captured; `undefined` for content. */
export function admittedOfOurs(key: string, value: unknown): unknown {
  if (OWN_CONTENT.has(key)) return undefined
  return TYPE_KEYS.has(key) && typeof value === 'string' ? plainType(value) : value
}

/** {@link isAdmitted} for an attribute of an event: those of the conventions for messages have plain names. */
export function isAdmittedInEvent(scope: string, event: string, key: string, value: unknown): boolean {
  return isAdmitted(GENAI_EVENT.test(event) ? 'gen_ai' : scope, key, value)
}

const GENAI_EVENT = /^(?:gen_ai|ai|llm)\./

/**
 * The name of a span or event as it may be kept. Libraries for language models name an operation and a model, a tool or an
 * agent; what is longer is a sentence of somebody.
 *
 * @param attributes - of the span: such a library may call its tracer by any name
 */
export function admittedName(
  scope: string,
  name: string,
  instead: string,
  attributes?: Readonly<Record<string, unknown>>,
): string {
  const isTheirs = isGenAiScope(scope) || attributes?.[OPERATION_NAME] !== undefined
  return !isTheirs || isName(name) ? name : instead
}
