import {
  type Fields,
  fieldsOf,
  list,
  type ModelCallInit,
  read,
  SpanType,
  settingAt,
  shownMessages,
  text,
} from '../base/index.ts'
import { converseContent, parameters as converseParameters } from './converse.ts'

type BodyInit = Pick<
  ModelCallInit,
  'spanType' | 'operation' | 'messageFormat' | 'content' | 'attributes' | 'name'
>

/**
 * What the body of a request to a model says, which each vendor has in a form of its own. Told by its shape: ARNs of
 * profiles and of imported models say nothing of the vendor.
 */
export function bodyInit(body: unknown, model: string | undefined): BodyInit {
  const attributes = parameters(body)
  const plain = { attributes, content: () => ({ inputs: body }) }
  if (isEmbedding(body, model)) return { ...plain, spanType: SpanType.EMBEDDING, operation: 'embeddings' }
  if (isImage(body))
    return {
      ...plain,
      spanType: SpanType.LLM,
      operation: 'generate_content',
      name: model === undefined ? 'images' : `images ${model}`,
    }
  const chat = { attributes, spanType: SpanType.CHAT_MODEL, operation: 'chat' }
  if (read(body, 'anthropic_version') !== undefined)
    return {
      ...chat,
      messageFormat: 'anthropic',
      content: () => ({ inputs: anthropicInputs(body), tools: anthropicTools(body) }),
    }
  if (isConverse(body)) return { ...chat, messageFormat: 'anthropic', content: () => converseContent(body) }
  if (Array.isArray(read(body, 'messages')))
    return {
      ...chat,
      messageFormat: 'openai',
      content: () => ({ inputs: body, tools: list(read(body, 'tools')) }),
    }
  if (text(read(body, 'message')) !== undefined)
    return { ...chat, messageFormat: 'openai', content: () => ({ inputs: cohereInputs(body) }) }
  return { ...plain, spanType: SpanType.LLM, operation: 'text_completion' }
}

/** Amazon's Titan, Cohere. */
const isEmbedding = (body: unknown, model: string | undefined): boolean =>
  /embed/i.test(model ?? '') ||
  Array.isArray(read(body, 'texts')) ||
  read(body, 'embeddingConfig') !== undefined

/** Amazon's Titan and Nova, Stability. */
const isImage = (body: unknown): boolean =>
  read(body, 'imageGenerationConfig') !== undefined ||
  read(body, 'text_prompts') !== undefined ||
  (text(read(body, 'prompt')) !== undefined && text(read(body, 'output_format')) !== undefined)

/** Amazon's Nova has the blocks of Converse, which have no type. */
const isConverse = (body: unknown): boolean =>
  list(read(body, 'messages')).some((message) => {
    const [block] = list(read(message, 'content'))
    return block !== undefined && read(block, 'type') === undefined
  })

function anthropicInputs(body: unknown): Fields {
  const { anthropic_version: _version, ...rest } = fieldsOf(body)
  return { ...rest, messages: shownMessages(rest.messages) }
}

function anthropicTools(body: unknown): readonly unknown[] {
  return list(read(body, 'tools')).flatMap((tool) => {
    const name = text(read(tool, 'name')) ?? text(read(tool, 'type'))
    if (name === undefined) return []
    const schema = read(tool, 'input_schema')
    const parameters = typeof read(schema, 'properties') === 'object' ? { parameters: schema } : {}
    return [
      { type: 'function', function: { name, description: text(read(tool, 'description')), ...parameters } },
    ]
  })
}

/** Cohere's Command R has what is said now apart from what was said before. */
function cohereInputs(body: unknown): Fields {
  const { message, chat_history: history, preamble, ...rest } = fieldsOf(body)
  const before = list(history).map((one) => ({
    role: /^(chatbot|assistant)$/i.test(text(read(one, 'role')) ?? '') ? 'assistant' : 'user',
    content: read(one, 'message'),
  }))
  const system = text(preamble) === undefined ? [] : [{ role: 'system', content: preamble }]
  return { ...rest, messages: [...system, ...before, { role: 'user', content: message }] }
}

/** Names of one parameter with the vendors: by itself, or in a group. */
const NAMES: Readonly<Record<string, readonly (readonly [string, string?])[]>> = {
  'gen_ai.request.max_tokens': [
    ['max_tokens'],
    ['max_gen_len'],
    ['maxTokens'],
    ['max_completion_tokens'],
    ['max_tokens_to_sample'],
    ['textGenerationConfig', 'maxTokenCount'],
  ],
  'gen_ai.request.temperature': [['temperature'], ['textGenerationConfig', 'temperature']],
  'gen_ai.request.top_p': [['top_p'], ['p'], ['topP'], ['textGenerationConfig', 'topP']],
  'gen_ai.request.top_k': [['top_k'], ['k'], ['topK']],
  'gen_ai.request.stop_sequences': [
    ['stop_sequences'],
    ['stop'],
    ['stopSequences'],
    ['textGenerationConfig', 'stopSequences'],
  ],
  'gen_ai.request.seed': [['seed'], ['imageGenerationConfig', 'seed']],
  'gen_ai.embeddings.dimension.count': [
    ['dimensions'],
    ['output_dimension'],
    ['embeddingConfig', 'outputEmbeddingLength'],
  ],
}

function parameters(body: unknown): Fields {
  const named = Object.entries(NAMES).map(([key, paths]) => [
    key,
    paths.map(([first, second]) => settingAt(body, first, second)).find((value) => value !== undefined),
  ])
  const converse = Object.entries(converseParameters(body)).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(named), ...Object.fromEntries(converse) }
}
