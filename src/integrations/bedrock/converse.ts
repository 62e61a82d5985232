import {
  type CallContent,
  dataAt,
  dataOf,
  type Fields,
  fieldsOf,
  type Given,
  list,
  type ModelCallInit,
  read,
  SpanType,
  settingAt,
  text,
} from '../base/index.ts'
import { shownBlocks } from './converse-blocks.ts'
import { accumulateConverse, converseAnswer } from './converse-stream.ts'
import type { Operation } from './operation.ts'

/**
 * Converse: one form of messages for all models.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
export const CONVERSE: Operation = {
  begin: (given) => begin(given, false),
  parametersOf: withModelId,
  answer: converseAnswer,
}

export const CONVERSE_STREAM: Operation = {
  begin: (given) => begin(given, true),
  parametersOf: withModelId,
  answer: converseAnswer,
  stream: { member: 'stream', accumulate: (call) => accumulateConverse(call.accumulating) },
}

/** The model is part of the request's address. */
export function withModelId(sent: unknown): Fields {
  const { model, ...rest } = fieldsOf(sent)
  return { modelId: model, ...rest }
}

function begin(given: Given, streams: boolean): ModelCallInit {
  return {
    ...modelOf(given.value),
    spanType: SpanType.CHAT_MODEL,
    operation: 'chat',
    // The messages are recorded in Anthropic's form, of which Converse's is a variant: MLflow's page knows it, and the
    // conventions' parts are made of it.
    messageFormat: 'anthropic',
    content: () => converseContent(given.data()),
    attributes: { ...parameters(given.value), 'gen_ai.request.stream': streams ? true : undefined },
  }
}

/** Models are named by an ID, that of a profile, or an ARN, whose last part is one of these. */
export function modelOf(input: unknown): Pick<ModelCallInit, 'model' | 'provider'> {
  return { model: nameOfModel(dataAt(input, 'modelId')), provider: 'aws.bedrock' }
}

export function nameOfModel(model: unknown): string | undefined {
  const name = text(model)
  return name?.slice(name.lastIndexOf('/') + 1)
}

/** Attributes of the parameters; none of them is content. Also those of Amazon's own models, which have the same names. */
export function parameters(input: unknown): Fields {
  const inference = (key: string): unknown => settingAt(input, 'inferenceConfig', key)
  const additional = (...path: readonly [string, string?]): unknown =>
    settingAt(input, 'additionalModelRequestFields', ...path)
  return {
    'gen_ai.request.max_tokens': inference('maxTokens') ?? inference('max_new_tokens'),
    'gen_ai.request.temperature': inference('temperature'),
    'gen_ai.request.top_p': inference('topP') ?? inference('top_p'),
    'gen_ai.request.top_k': inference('topK') ?? inference('top_k') ?? additional('top_k'),
    'gen_ai.request.stop_sequences': inference('stopSequences'),
    'aws.bedrock.guardrail.id': settingAt(input, 'guardrailConfig', 'guardrailIdentifier'),
    'aws.bedrock.request.thinking.budget_tokens':
      additional('thinking', 'budget_tokens') ?? additional('reasoning_config', 'budget_tokens'),
    'aws.bedrock.request.service_tier': settingAt(input, 'serviceTier', 'type'),
  }
}

/** What is recorded of a request. */
export function converseContent(input: unknown): CallContent {
  const { modelId: _model, messages, system, ...rest } = fieldsOf(input)
  return {
    inputs: {
      ...rest,
      ...(system !== undefined && { system: shownBlocks(system) }),
      messages: list(messages).map((message) => ({
        role: read(message, 'role'),
        content: shownBlocks(read(message, 'content')),
      })),
    },
    tools: toolsOf(read(input, 'toolConfig', 'tools')),
  }
}

function toolsOf(tools: unknown): readonly unknown[] {
  return list(tools).flatMap((tool) => {
    const spec = read(tool, 'toolSpec')
    const name = text(read(spec, 'name')) ?? text(read(tool, 'systemTool', 'name'))
    if (name === undefined) return []
    const schema = dataOf(read(spec, 'inputSchema', 'json'))
    // MLflow shows no tool at all when one has parameters without properties.
    const parameters = typeof read(schema, 'properties') === 'object' ? { parameters: schema } : {}
    return [
      { type: 'function', function: { name, description: text(read(spec, 'description')), ...parameters } },
    ]
  })
}
