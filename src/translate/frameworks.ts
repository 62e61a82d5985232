import { SpanType } from '../span/semconv/span-type.ts'
import { MASTRA_TYPES } from './mastra-types.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Google's Agent Development Kit: the request and the answer of each call as JSON, and no status. */
export const ADK: Vocabulary = {
  name: 'adk',
  keys: /^gcp\.vertex\.agent\./,
  scopes: /^gcp\.vertex\.agent$/,
  named: [
    [/^call_llm$/, SpanType.CHAT_MODEL],
    [/^invocation$/, SpanType.CHAIN],
    [/^execute_tool \(merged/, SpanType.CHAIN],
    [/^execute_tool /, SpanType.TOOL],
    [/^invoke_workflow /, SpanType.WORKFLOW],
    [/^execute_node(?:_attempt)? /, SpanType.TASK],
  ],
  inputs: [
    { value: ['gcp.vertex.agent.tool_call_args'] },
    {
      messages: ['gcp.vertex.agent.llm_request#contents'],
      system: [
        'gcp.vertex.agent.llm_request#config.systemInstruction',
        'gcp.vertex.agent.llm_request#config.system_instruction',
      ],
    },
  ],
  outputs: [
    { value: ['gcp.vertex.agent.tool_response'] },
    { messages: ['gcp.vertex.agent.llm_response#content'] },
  ],
  tools: ['gcp.vertex.agent.llm_request#config.tools'],
  usage: {
    input: ['gcp.vertex.agent.llm_response#usageMetadata.promptTokenCount'],
    output: ['gcp.vertex.agent.llm_response#usageMetadata.candidatesTokenCount'],
    total: ['gcp.vertex.agent.llm_response#usageMetadata.totalTokenCount'],
    cacheRead: ['gcp.vertex.agent.llm_response#usageMetadata.cachedContentTokenCount'],
    reasoning: ['gcp.vertex.agent.llm_response#usageMetadata.thoughtsTokenCount'],
    reasoningApart: true,
  },
  session: ['gcp.vertex.agent.session_id'],
  failed: [
    ['gcp.vertex.agent.llm_response#errorCode', undefined],
    ['gcp.vertex.agent.tool_response#error', undefined],
  ],
  reason: ['gcp.vertex.agent.llm_response#errorMessage', 'gcp.vertex.agent.tool_response#error'],
  unfinished: { named: /^(?:call_llm|execute_tool )/, without: 'gcp.vertex.agent.event_id' },
  inherits: true,
}

/** Strands: the conventions' keys, with its messages in events. */
export const STRANDS: Vocabulary = {
  name: 'strands',
  keys: /^(?:agent_loop|event_loop)\.|^gen_ai\.tool\.status$/,
  scopes: /^strands/,
  named: [[/^execute_(?:agent|event)_loop_cycle/, SpanType.CHAIN]],
  failed: [['gen_ai.tool.status', 'error']],
  usage: {
    input: ['gen_ai.usage.input_tokens'],
    output: ['gen_ai.usage.output_tokens'],
    cacheRead: ['gen_ai.usage.cache_read_input_tokens'],
    cacheWrite: ['gen_ai.usage.cache_write_input_tokens'],
  },
}

const MASTRA_STEPS = [
  ...['workflow_run', 'workflow_step', 'agent_run', 'model_step', 'model_chunk', 'memory_operation'],
  ...['processor_run', 'scorer_run', 'generic', 'rag_embedding', 'workflow_parallel', 'workflow_conditional'],
]

/** Mastra's exporter and bridge: the conventions' keys, and its own for the types that those have not. */
export const MASTRA: Vocabulary = {
  name: 'mastra',
  keys: /^mastra\./,
  scopes: /mastra/,
  types: [
    [
      'mastra.span.type',
      {
        ...MASTRA_TYPES,
        model_generation: SpanType.CHAT_MODEL,
        llm_generation: SpanType.CHAT_MODEL,
        // Parts of a generation, which alone has a model and tokens.
        model_inference: SpanType.CHAIN,
        model_step: SpanType.CHAIN,
        generic: SpanType.CHAIN,
      },
    ],
  ],
  inputs: [
    { messages: ['mastra.agent_run.input', 'mastra.model_step.input', 'mastra.model_inference.input'] },
    { value: MASTRA_STEPS.map((type) => `mastra.${type}.input`) },
  ],
  outputs: [
    {
      messages: [
        'mastra.agent_run.output#text',
        'mastra.model_step.output#text',
        'mastra.model_inference.output#text',
      ],
      calls: ['mastra.model_step.output#toolCalls', 'mastra.model_inference.output#toolCalls'],
    },
    { value: MASTRA_STEPS.map((type) => `mastra.${type}.output`) },
  ],
  session: ['mastra.metadata.threadId', 'mastra.metadata.sessionId'],
  user: ['mastra.metadata.resourceId', 'mastra.metadata.userId'],
}

/** Genkit: each action with its input and output as JSON. */
export const GENKIT: Vocabulary = {
  name: 'genkit',
  keys: /^genkit:/,
  scopes: /^genkit/,
  types: [
    [
      'genkit:metadata:subtype',
      {
        model: SpanType.CHAT_MODEL,
        tool: SpanType.TOOL,
        'tool.v2': SpanType.TOOL,
        flow: SpanType.CHAIN,
        prompt: SpanType.CHAIN,
        'executable-prompt': SpanType.CHAIN,
        retriever: SpanType.RETRIEVER,
        indexer: SpanType.CHAIN,
        reranker: SpanType.RERANKER,
        embedder: SpanType.EMBEDDING,
        evaluator: SpanType.JUDGE,
        util: SpanType.CHAIN,
        agent: SpanType.AGENT,
      },
    ],
    [
      'genkit:type',
      { util: SpanType.CHAIN, flowStep: SpanType.TASK, flow: SpanType.CHAIN, action: SpanType.CHAIN },
    ],
  ],
  model: ['genkit:output#raw.model'],
  inputs: [{ messages: ['genkit:input#messages'] }, { value: ['genkit:input'] }],
  outputs: [
    { messages: ['genkit:output#message', 'genkit:output#candidates.0.message'] },
    { value: ['genkit:output'] },
  ],
  finish: ['genkit:output#finishReason'],
  tools: ['genkit:input#tools'],
  toolName: ['genkit:name'],
  providerAndModel: 'genkit:name',
  usage: {
    only: SpanType.CHAT_MODEL,
    input: ['genkit:output#usage.inputTokens'],
    output: ['genkit:output#usage.outputTokens'],
    total: ['genkit:output#usage.totalTokens'],
    cacheRead: ['genkit:output#usage.cachedContentTokens'],
    reasoning: ['genkit:output#usage.thoughtsTokens'],
  },
  session: ['genkit:sessionId'],
  failed: [['genkit:state', 'error']],
}

/** VoltAgent, whose keys are of anybody: its spans are known by their tracer. */
export const VOLTAGENT: Vocabulary = {
  name: 'voltagent',
  keys: /^voltagent\./,
  scopes: /^@?voltagent/,
  types: [
    [
      'span.type',
      {
        agent: SpanType.AGENT,
        llm: SpanType.CHAT_MODEL,
        tool: SpanType.TOOL,
        memory: SpanType.MEMORY,
        retriever: SpanType.RETRIEVER,
        embedding: SpanType.EMBEDDING,
        vector: SpanType.RETRIEVER,
        guardrail: SpanType.GUARDRAIL,
        middleware: SpanType.CHAIN,
        summary: SpanType.CHAIN,
        scorer: SpanType.JUDGE,
        workflow: SpanType.WORKFLOW,
        'workflow-step': SpanType.TASK,
      },
    ],
    ['entity.type', { agent: SpanType.AGENT, workflow: SpanType.WORKFLOW }],
  ],
  model: ['llm.model', 'ai.model.name'],
  provider: ['llm.provider', 'ai.model.provider'],
  inputs: [{ messages: ['llm.messages'] }, { value: ['input'] }],
  outputs: [{ value: ['output'] }],
  finish: ['llm.finish_reason', 'ai.response.finish_reason'],
  toolName: ['tool.name'],
  usage: {
    input: ['llm.usage.prompt_tokens', 'usage.prompt_tokens'],
    output: ['llm.usage.completion_tokens', 'usage.completion_tokens'],
    total: ['llm.usage.total_tokens', 'usage.total_tokens'],
    cacheRead: ['llm.usage.cached_tokens', 'usage.cached_tokens'],
    reasoning: ['llm.usage.reasoning_tokens', 'usage.reasoning_tokens'],
  },
  session: ['conversation.id'],
  user: ['user.id'],
  failed: [['agent.state', 'error']],
}

/** TanStack AI: the conventions' keys, but no operation on its runs and tools. */
export const TANSTACK: Vocabulary = {
  name: 'tanstack',
  keys: /^(?:tanstack\.ai\.|gen_ai\.)/,
  types: [],
  named: [[/^execute_tool /, SpanType.TOOL]],
  failed: [['tanstack.ai.tool.outcome', 'error']],
}
