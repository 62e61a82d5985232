import { describe, expectTypeOf, test } from 'vitest'
import type {
  AgentTurn,
  EndOptions,
  InitOptions,
  InjectOptions,
  IntegrationName,
  RedactSecretsOptions,
  StartSpanOptions,
  TokenUsage,
  ToolCall,
  TraceOptions,
  TraceUpdate,
  TracingContextOptions,
  WithFlushOptions,
  WithSpanOptions,
} from '../../src/index.ts'
import { flushTraces, init, trace, traceIdFromResponseId } from '../../src/index.ts'
import type { AiSdkOptions } from '../../src/integrations/ai/index.ts'
import type { AnthropicOptions } from '../../src/integrations/anthropic/index.ts'
import type { GoogleGenAIOptions } from '../../src/integrations/google-genai/index.ts'
import type { LangChainOptions } from '../../src/integrations/langchain/index.ts'
import type { McpOptions } from '../../src/integrations/mcp/index.ts'
import { instrumentOpenAI, type OpenAIOptions } from '../../src/integrations/openai/index.ts'
import type {
  ExpectationInput,
  FeedbackInput,
  MlflowClientOptions,
  TraceSearch,
} from '../../src/mlflow/index.ts'
import type {
  CallOptions,
  CaptureTracesOptions,
  SnapshotOptions,
  SpanPattern,
} from '../../src/testing/index.ts'

/** The optional properties of `T`, each also as `undefined`, and the others as they are. */
type Undefined<T> = { [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] }

// Under `exactOptionalPropertyTypes` an option that may be left out is not one that may be undefined, and a program
// that hands on what it was given (`{ user: request.user }`) does not compile.
describe('every option that may be left out may be undefined', () => {
  test('of the functions', () => {
    expectTypeOf<Undefined<InitOptions>>().toExtend<InitOptions>()
    expectTypeOf<Undefined<AgentTurn>>().toExtend<AgentTurn>()
    expectTypeOf<Undefined<ToolCall>>().toExtend<ToolCall>()
    expectTypeOf<Undefined<WithSpanOptions>>().toExtend<WithSpanOptions>()
    expectTypeOf<Undefined<StartSpanOptions>>().toExtend<StartSpanOptions>()
    expectTypeOf<Undefined<TraceOptions>>().toExtend<TraceOptions>()
    expectTypeOf<Undefined<EndOptions>>().toExtend<EndOptions>()
    expectTypeOf<Undefined<TokenUsage>>().toExtend<TokenUsage>()
    expectTypeOf<Undefined<TracingContextOptions>>().toExtend<TracingContextOptions>()
    expectTypeOf<Undefined<TraceUpdate>>().toExtend<TraceUpdate>()
    expectTypeOf<Undefined<InjectOptions>>().toExtend<InjectOptions>()
    expectTypeOf<Undefined<WithFlushOptions>>().toExtend<WithFlushOptions>()
    expectTypeOf<Undefined<RedactSecretsOptions>>().toExtend<RedactSecretsOptions>()
    expectTypeOf(flushTraces).toBeCallableWith({ timeoutMs: undefined })
    expectTypeOf(traceIdFromResponseId).toBeCallableWith('resp_', { strict: undefined })
  })

  test('of the integrations', () => {
    expectTypeOf<Undefined<AiSdkOptions>>().toExtend<AiSdkOptions>()
    expectTypeOf<Undefined<AnthropicOptions>>().toExtend<AnthropicOptions>()
    expectTypeOf<Undefined<GoogleGenAIOptions>>().toExtend<GoogleGenAIOptions>()
    expectTypeOf<Undefined<LangChainOptions>>().toExtend<LangChainOptions>()
    expectTypeOf<Undefined<McpOptions>>().toExtend<McpOptions>()
    expectTypeOf<Undefined<OpenAIOptions>>().toExtend<OpenAIOptions>()
  })

  test('of MLflow and of testing', () => {
    expectTypeOf<Undefined<MlflowClientOptions>>().toExtend<MlflowClientOptions>()
    expectTypeOf<Undefined<TraceSearch>>().toExtend<TraceSearch>()
    expectTypeOf<Undefined<FeedbackInput>>().toExtend<FeedbackInput>()
    expectTypeOf<Undefined<ExpectationInput>>().toExtend<ExpectationInput>()
    expectTypeOf<Undefined<CaptureTracesOptions>>().toExtend<CaptureTracesOptions>()
    expectTypeOf<Undefined<CallOptions>>().toExtend<CallOptions>()
    expectTypeOf<Undefined<SnapshotOptions>>().toExtend<SnapshotOptions>()
    expectTypeOf<Undefined<SpanPattern>>().toExtend<SpanPattern>()
  })
})

describe('the option instrumentations', () => {
  test('takes the names of integrations and any function', () => {
    expectTypeOf(init).toBeCallableWith({
      instrumentations: ['openai', 'ai', instrumentOpenAI, () => undefined, (_x: string) => 1],
    })
    expectTypeOf<IntegrationName>().toEqualTypeOf<
      | 'a2a'
      | 'ag-ui'
      | 'ai'
      | 'anthropic'
      | 'bedrock'
      | 'claude-agent-sdk'
      | 'codex'
      | 'cohere'
      | 'google-adk'
      | 'google-genai'
      | 'groq'
      | 'langchain'
      | 'llamaindex'
      | 'mcp'
      | 'mistral'
      | 'ollama'
      | 'openai'
      | 'openai-agents'
      | 'opencode'
      | 'together'
    >()
    // @ts-expect-error: a name that is none
    init({ instrumentations: ['opnai'] })
    // @ts-expect-error: neither a name nor a function
    init({ instrumentations: [{}] })
  })
})

test('every order of arguments of trace keeps the type of the function', () => {
  const add = (a: number, b: number): number => a + b
  expectTypeOf(trace(add)).toEqualTypeOf<typeof add>()
  expectTypeOf(trace(add, { name: undefined, captureInputs: undefined })).toEqualTypeOf<typeof add>()
  expectTypeOf(trace({ spanType: undefined }, add)).toEqualTypeOf<typeof add>()
})
