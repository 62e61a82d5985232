import type { Histogram, MeterProvider } from '@opentelemetry/api'
import { VERSION } from '../runtime/version.ts'

// Names, units and buckets are those of the GenAI conventions: of their release 1.41.1 for calls of models, of the
// repository that they have moved to for agents and tools, which had none before.

/** Each is twice the one before. */
const doubling = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, step) => Number((from * 2 ** step).toFixed(2)))

const CALL_SECONDS = doubling(0.01, 14)
const TURN_SECONDS = doubling(0.1, 13)
const TOKENS = Array.from({ length: 14 }, (_, step) => 4 ** step)

/** `ValueType.INT` of OpenTelemetry's API, which is not loaded for it. */
const INT = 0

/** What is recorded in. */
export interface Instruments {
  readonly tokens: Histogram
  readonly callDuration: Histogram
  readonly timeToFirstChunk: Histogram
  readonly agentDuration: Histogram
  readonly toolDuration: Histogram
}

/** The instruments of turnspan at a provider. */
export function createInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter('turnspan', VERSION)
  const seconds = (name: string, description: string, explicitBucketBoundaries: number[]): Histogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } })
  return {
    tokens: meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Number of input and output tokens used.',
      unit: '{token}',
      valueType: INT,
      advice: { explicitBucketBoundaries: TOKENS },
    }),
    callDuration: seconds('gen_ai.client.operation.duration', 'GenAI operation duration.', CALL_SECONDS),
    timeToFirstChunk: seconds(
      'gen_ai.client.operation.time_to_first_chunk',
      'Time from the request to the first chunk of a streamed answer.',
      CALL_SECONDS,
    ),
    agentDuration: seconds('gen_ai.invoke_agent.duration', 'Duration of one turn of an agent.', TURN_SECONDS),
    toolDuration: seconds('gen_ai.execute_tool.duration', 'Duration of one call of a tool.', CALL_SECONDS),
  }
}
