import type { Attributes, Context, Span } from '@opentelemetry/api'
import { type Fields, type ModelCallInit, number, read, runIn, SpanType, text } from '../base/index.ts'
import { embeddingAnswer, modelAnswer } from './answer.ts'
import type { Attempt } from './attempt.ts'
import { assistantMessage, fromJson } from './messages.ts'
import type { AiSdkOptions } from './options.ts'
import { providerOf } from './provider.ts'
import { chatInputs, runInputs, spanAttributes } from './request.ts'
import { beginRun, type Run, runInside } from './run.ts'
import { nestedTools } from './tools.ts'
import { type SpanListener, translatedSpan } from './translated-span.ts'

/** One span of the AI SDK that becomes one of turnspan's, or a part of one. */
export interface Translation {
  /** The context in which its work runs. */
  readonly inside: Context
  /** What the AI SDK writes to. */
  span(original: Span): Span
  /** What the work brought, and how it failed: more than the attributes say. */
  settled(value: unknown): void
  failed(error: unknown): void
}

/** Begins what `name`, a span of versions 5 and 6, stands for; `undefined` for what is not known, and not traced. */
export function beginTranslation(
  name: string,
  attributes: Attributes,
  context: Context,
  options: AiSdkOptions,
): Translation | undefined {
  if (!name.startsWith('ai.')) return undefined
  if (name === 'ai.toolCall') return toolTranslation(attributes, context)
  if (/\.do[A-Z]/.test(name)) return callTranslation(name, attributes, context)
  return runTranslation(name, attributes, context, options)
}

function runTranslation(
  operation: string,
  attributes: Attributes,
  context: Context,
  { idleMs }: AiSdkOptions,
): Translation | undefined {
  const run = runIn(context, () =>
    beginRun(() => ({
      operation,
      functionId: text(attributes['ai.telemetry.functionId']),
      inputs: runInputs(operation, givenTo(attributes)),
      attributes: spanAttributes(attributes),
      idleMs,
    })),
  )
  if (run === undefined) return undefined
  const told: Record<string, unknown> = {}
  const streams = operation.startsWith('ai.stream')
  const finish = (): void => run.finish(outputsOf(told))
  const listener: SpanListener = {
    attributes: (given) => void Object.assign(told, given),
    event: () => undefined,
    failed: run.fail,
    // Of a stream nobody tells more; of everything else the promise does, a moment later.
    end: () => streams && finish(),
  }
  return {
    inside: run.inside,
    span: (original) => translatedSpan(original, run.step.span, listener),
    settled: () => !streams && finish(),
    failed: run.fail,
  }
}

/** What a function was called with, as its first attributes say. */
function givenTo(attributes: Fields): unknown {
  const prompt = fromJson(attributes['ai.prompt'])
  if (typeof prompt === 'object' && prompt !== null) return prompt
  return {
    value: fromJson(attributes['ai.value']),
    values: listed(attributes['ai.values']),
    documents: listed(attributes['ai.documents']),
  }
}

const listed = (texts: unknown): unknown => (Array.isArray(texts) ? texts.map(fromJson) : undefined)

/** What a function brought, as its last attributes say; nothing of it where the program does not want it recorded. */
function outputsOf(told: Fields): unknown {
  const object = told['ai.response.object']
  if (object !== undefined) return fromJson(object)
  const said = told['ai.response.text']
  const calls = fromJson(told['ai.response.toolCalls'])
  if (said === undefined && calls === undefined) return undefined
  const parts = [
    ...(text(said) === undefined ? [] : [{ type: 'text', text: said }]),
    ...(Array.isArray(calls) ? calls.map((call: unknown) => toolCallPart(call)) : []),
  ]
  return { messages: [assistantMessage(parts)] }
}

const toolCallPart = (call: unknown): object => ({
  type: 'tool-call',
  toolCallId: read(call, 'toolCallId'),
  toolName: read(call, 'toolName'),
  input: read(call, 'input') ?? read(call, 'args'),
})

function toolTranslation(attributes: Attributes, context: Context): Translation | undefined {
  const run = runInside(context)
  const args = attributes['ai.toolCall.args']
  const tool = run?.tool({
    name: text(attributes['ai.toolCall.name']) ?? 'tool',
    callId: text(attributes['ai.toolCall.id']),
    arguments: fromJson(args),
  })
  if (tool === undefined) return undefined
  const { span } = tool
  let result: unknown
  let open = true
  const end = (): void => {
    if (!open) return
    open = false
    if (result !== undefined) span.setOutputs(fromJson(result))
    span.end()
  }
  const fail = (error: unknown): void => {
    if (open) span.fail(error)
  }
  const listener: SpanListener = {
    attributes: (given) => {
      result = given['ai.toolCall.result'] ?? result
    },
    event: () => undefined,
    failed: fail,
    end: () => undefined,
  }
  return {
    inside: tool.inside,
    span: (original) => translatedSpan(original, span, listener),
    settled: end,
    failed(error) {
      fail(error)
      end()
    },
  }
}

function callTranslation(name: string, attributes: Attributes, context: Context): Translation | undefined {
  const run = runInside(context)
  const provider = attributes['ai.model.provider']
  const attempt = run?.attempt(() => callInit(name, attributes), provider)
  if (run === undefined || attempt === undefined) return undefined
  const told: Record<string, unknown> = {}
  const { call } = attempt
  const streams = name.endsWith('.doStream')
  const mayRecord = (): boolean => call.wantsContent && OUTPUTS.some((key) => told[key] !== undefined)
  const answer = (result: unknown): void => {
    if (name.endsWith('.doEmbed')) call.finish(embeddingAnswer(result, call.wantsContent))
    else if (name.endsWith('.doRerank')) call.finish({})
    else call.finish(modelAnswer(result, provider, mayRecord()))
  }
  const listener: SpanListener = {
    attributes: (given) => void Object.assign(told, given),
    event: () => undefined,
    failed: () => undefined,
    end: () => {
      if (streams && attempt.done) call.finish(attempt.answer?.(mayRecord()) ?? {})
    },
  }
  return {
    inside: call.inside,
    span: (original) => translatedSpan(original, call.span, listener),
    settled(value) {
      const stream = read(value, 'result', 'stream')
      if (streams) followed(run, attempt, stream, mayRecord)
      else answer(value)
    },
    failed: (error) => run.failedAttempt(attempt, error),
  }
}

/** The last attributes have the rest of the answer, and say whether the program wants it recorded. */
function followed(run: Run, attempt: Attempt, stream: unknown, mayRecord: () => boolean): void {
  run.followStream(attempt, stream, mayRecord, () => undefined)
}

/** Of these one is there when the program lets answers be recorded, and none when it does not. */
const OUTPUTS = [
  'ai.response.text',
  'ai.response.toolCalls',
  'ai.response.object',
  'ai.response.reasoning',
  'ai.response.files',
]

function callInit(name: string, attributes: Attributes): ModelCallInit {
  const model = text(attributes['ai.model.id'])
  const provider = providerOf(attributes['ai.model.provider'])
  if (name.endsWith('.doEmbed')) {
    const values = listed(attributes['ai.values'])
    return {
      operation: 'embeddings',
      spanType: SpanType.EMBEDDING,
      model,
      provider,
      inputs: values === undefined ? undefined : { input: values },
    }
  }
  if (name.endsWith('.doRerank')) {
    const documents = listed(attributes['ai.documents'])
    return {
      operation: 'rerank',
      spanType: SpanType.RERANKER,
      model,
      provider,
      inputs: documents === undefined ? undefined : { documents },
    }
  }
  const prompt = fromJson(attributes['ai.prompt.messages'])
  const tools = attributes['ai.prompt.tools']
  return {
    operation: 'chat',
    spanType: SpanType.CHAT_MODEL,
    model,
    provider,
    inputs: Array.isArray(prompt) ? chatInputs({ messages: prompt }) : undefined,
    messageFormat: 'openai',
    tools: nestedTools(tools),
    attributes: {
      ...spanAttributes(attributes),
      ...(name.endsWith('.doStream') && { 'gen_ai.request.stream': true }),
      ...(name.includes('Object.') && { 'gen_ai.output.type': 'json' }),
      'gen_ai.request.seed': number(attributes['ai.settings.seed']),
    },
  }
}
