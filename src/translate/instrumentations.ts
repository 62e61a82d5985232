import { SpanType } from '../span/semconv/span-type.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Arize's conventions, and the instrumentations that write them. */
export const OPENINFERENCE: Vocabulary = {
  name: 'openinference',
  keys: /^openinference\.span\.kind$/,
  types: [
    [
      'openinference.span.kind',
      {
        TOOL: SpanType.TOOL,
        CHAIN: SpanType.CHAIN,
        LLM: SpanType.CHAT_MODEL,
        RETRIEVER: SpanType.RETRIEVER,
        EMBEDDING: SpanType.EMBEDDING,
        AGENT: SpanType.AGENT,
        RERANKER: SpanType.RERANKER,
        GUARDRAIL: SpanType.GUARDRAIL,
        EVALUATOR: SpanType.JUDGE,
        PROMPT: SpanType.PARSER,
      },
    ],
  ],
  model: [
    'llm.response.model_name',
    'llm.model_name',
    'llm.request.model_name',
    'embedding.model_name',
    'reranker.model_name',
  ],
  provider: ['llm.provider', 'llm.system'],
  inputs: [
    { list: 'llm.input_messages', drop: /^(?:message|message_content|tool_call|image)$/ },
    { value: ['input.value'] },
  ],
  outputs: [
    { list: 'llm.output_messages', drop: /^(?:message|message_content|tool_call|image)$/ },
    { values: 'retrieval.documents', drop: /^document$/ },
    { values: 'reranker.output_documents', drop: /^document$/ },
    { value: ['output.value'] },
  ],
  finish: ['llm.finish_reason', 'llm.response.finish_reason'],
  toolList: { list: 'llm.tools', drop: /^tool$/ },
  toolName: ['tool.name'],
  usage: {
    input: ['llm.token_count.prompt'],
    output: ['llm.token_count.completion'],
    total: ['llm.token_count.total'],
    cacheRead: ['llm.token_count.prompt_details.cache_read'],
    cacheWrite: ['llm.token_count.prompt_details.cache_write'],
    reasoning: ['llm.token_count.completion_details.reasoning'],
  },
  session: ['session.id'],
  user: ['user.id'],
}

/** OpenLLMetry, whose later versions write the conventions' keys. */
export const OPENLLMETRY: Vocabulary = {
  name: 'openllmetry',
  keys: /^(?:traceloop\.|gen_ai\.(?:prompt|completion)\.\d|llm\.(?:request|usage)\.)/,
  scopes: /^@traceloop\//,
  types: [
    [
      'traceloop.span.kind',
      { workflow: SpanType.WORKFLOW, task: SpanType.TASK, agent: SpanType.AGENT, tool: SpanType.TOOL },
    ],
    [
      'llm.request.type',
      {
        chat: SpanType.CHAT_MODEL,
        completion: SpanType.LLM,
        embedding: SpanType.EMBEDDING,
        rerank: SpanType.RERANKER,
      },
    ],
  ],
  inputs: [{ list: 'gen_ai.prompt' }, { value: ['traceloop.entity.input'] }],
  outputs: [{ list: 'gen_ai.completion' }, { value: ['traceloop.entity.output'] }],
  toolList: { list: 'llm.request.functions', drop: /^$/ },
  toolName: ['traceloop.entity.name'],
  session: ['traceloop.association.properties.session_id', 'traceloop.association.properties.thread_id'],
  user: ['traceloop.association.properties.user_id'],
}

/** What Langfuse's and Laminar's SDKs write. */
export const LANGFUSE: Vocabulary = {
  name: 'langfuse',
  keys: /^langfuse\./,
  types: [
    [
      'langfuse.observation.type',
      {
        agent: SpanType.AGENT,
        tool: SpanType.TOOL,
        generation: SpanType.CHAT_MODEL,
        chain: SpanType.CHAIN,
        retriever: SpanType.RETRIEVER,
        embedding: SpanType.EMBEDDING,
        guardrail: SpanType.GUARDRAIL,
        evaluator: SpanType.JUDGE,
      },
    ],
  ],
  model: ['langfuse.observation.model.name'],
  inputs: [{ messages: ['langfuse.observation.input'] }, { value: ['langfuse.observation.input'] }],
  outputs: [{ messages: ['langfuse.observation.output'] }, { value: ['langfuse.observation.output'] }],
  usage: {
    input: ['langfuse.observation.usage_details#input'],
    output: ['langfuse.observation.usage_details#output'],
    total: ['langfuse.observation.usage_details#total'],
  },
  session: ['langfuse.session.id'],
  user: ['langfuse.user.id'],
  failed: [['langfuse.observation.level', 'ERROR']],
  reason: ['langfuse.observation.status_message'],
}

export const LAMINAR: Vocabulary = {
  name: 'laminar',
  keys: /^lmnr\./,
  types: [['lmnr.span.type', { LLM: SpanType.CHAT_MODEL, TOOL: SpanType.TOOL, EVALUATOR: SpanType.JUDGE }]],
  inputs: [{ value: ['lmnr.span.input'] }],
  outputs: [{ value: ['lmnr.span.output'] }],
  session: ['lmnr.association.properties.session_id'],
  user: ['lmnr.association.properties.user_id'],
}
