import { nowMs } from '../../runtime/clock.ts'
import {
  ABANDONED,
  dataAt,
  dataFields,
  dataOf,
  follow,
  isObject,
  itemsOf,
  keys,
  type Method,
  processWide,
  quietly,
  read,
  SpanType,
  settingAt,
  text,
} from '../base/index.ts'
import { type AdkSpan, adkSpanHere } from './adk-span.ts'

/** What ADK's own keys hold of a call. */
export const REQUEST = 'gcp.vertex.agent.llm_request'
export const RESPONSE = 'gcp.vertex.agent.llm_response'
/** What a call has that came to its end. */
const EVENT = 'gcp.vertex.agent.event_id'

/** What came of a call so far. */
interface Heard {
  /** What is whole. */
  readonly parts: unknown[]
  /** Text that came in pieces, for a stream that is left before its whole answer. */
  pieces: string
  last: Readonly<Record<string, unknown>>
  usage: unknown
  lastMs: number
}

/**
 * Observes `callLlmAsync(invocationContext, request)` of an agent, which ADK has in a span `call_llm`. ADK tells what its
 * last piece says; of a stream this may be the tokens alone, of a call that failed nothing.
 */
export function observeModelCall(original: Method): Method {
  return function (this: object, ...args) {
    const span = quietly(() => adkSpanHere(/^call_llm$/, SpanType.CHAT_MODEL))
    if (span === undefined) return Reflect.apply(original, this, args)
    quietly(() => begin(span, this, args[0]))
    return followCall(Reflect.apply(original, this, args), span, args)
  }
}

/** The calls that a step of an agent has made, by the invocation of both. */
const calls = (): WeakMap<object, AdkSpan> =>
  processWide('google-adk-calls', () => new WeakMap<object, AdkSpan>())

/**
 * Observes `runOneStepAsync(invocationContext)` of an agent, in which ADK begins the span of a call and ends it: but not
 * where the program leaves, or aborts it.
 */
export function observeStep(original: Method): Method {
  return function (this: unknown, ...args) {
    const [invocation] = args as unknown[]
    const endLeft = (): void => {
      if (isObject(invocation)) calls().get(invocation)?.endLeft()
    }
    return follow(Reflect.apply(original, this, args), {
      item: () => undefined,
      done: () => undefined,
      failed: endLeft,
      stopped: endLeft,
      run: (fn) => fn(),
    })
  }
}

function begin(span: AdkSpan, agent: unknown, invocation: unknown): void {
  if (isObject(invocation)) calls().set(invocation, span)
  // ADK runs tools and other agents inside the call that asked for them. They are no part of it: its time is the
  // model's, and MLflow counts no tokens below a span that has some.
  if (span.parentId !== undefined) span.note.childrenUnder = span.parentId
  span.set(keys.AGENT_NAME, text(dataAt(agent, 'name')))
  const isOnVertex = dataAt(dataAt(agent, 'model'), 'vertexai')
  if (typeof isOnVertex !== 'boolean') return
  const provider = isOnVertex ? 'gcp.vertex_ai' : 'gcp.gemini'
  span.note.values[keys.PROVIDER_NAME] = provider
  span.set(keys.PROVIDER_NAME, provider)
}

function followCall(generator: unknown, span: AdkSpan, args: readonly unknown[]): unknown {
  const begun = nowMs()
  const heard: Heard = { parts: [], pieces: '', last: {}, usage: undefined, lastMs: begun }
  const tell = (): void => {
    tellRequest(span, args[1])
    tellResponse(span, heard)
  }
  const leave = (how: string): void => {
    tell()
    span.note.values[EVENT] ??= 'left'
    span.set(keys.CALL_END, how)
    span.endAt(heard.lastMs)
  }
  return follow(generator, {
    item(response) {
      if (heard.lastMs === begun && dataAt(response, 'partial') === true)
        span.set(keys.TIME_TO_FIRST_CHUNK, Math.round((nowMs() - begun) * 1000) / 1_000_000)
      hear(heard, response, span.wantsContent)
    },
    done() {
      // ADK comes to its end in good order where the program aborts a stream.
      if (dataAt(heard.last, 'partial') === true && endingOf(undefined, args[0]) === 'aborted')
        return leave('aborted')
      tell()
      span.note.values[EVENT] ??= 'done'
      // What the agent does with a response is done before it asks for the next.
      if (heard.lastMs > begun) span.endAt(heard.lastMs)
    },
    failed(error) {
      if (endingOf(undefined, args[0]) === 'aborted') return leave('aborted')
      tell()
      span.fail(error)
      span.endAt(nowMs())
    },
    stopped: (reason) => leave(endingOf(reason, args[0])),
    run: (fn) => fn(),
  })
}

/** How a generator ended that nobody asked any more. */
export function endingOf(reason: unknown, invocation: unknown): 'abandoned' | 'aborted' | 'stopped' {
  if (reason === ABANDONED) return 'abandoned'
  return read(dataAt(invocation, 'abortSignal'), 'aborted') === true ? 'aborted' : 'stopped'
}

function hear(heard: Heard, response: unknown, withContent: boolean): void {
  heard.lastMs = nowMs()
  heard.last = dataFields(response)
  heard.usage = dataAt(response, 'usageMetadata') ?? heard.usage
  if (!withContent) return
  const parts = itemsOf(dataAt(response, 'content', 'parts'))
  if (dataAt(response, 'partial') !== true) heard.parts.push(...parts.map(dataOf))
  else {
    for (const part of parts)
      if (dataAt(part, 'thought') !== true) heard.pieces += text(dataAt(part, 'text')) ?? ''
  }
}

/** As it was when the model had answered: callbacks of the program, and the model's own class, change it before. */
function tellRequest(span: AdkSpan, request: unknown): void {
  const config = dataAt(request, 'config')
  span.set(keys.REQUEST_MODEL, text(dataAt(request, 'model')))
  span.set('gen_ai.request.temperature', settingAt(config, 'temperature') ?? undefined)
  span.set('gen_ai.request.top_p', settingAt(config, 'topP') ?? undefined)
  span.set('gen_ai.request.top_k', settingAt(config, 'topK') ?? undefined)
  span.set('gen_ai.request.max_tokens', settingAt(config, 'maxOutputTokens') ?? undefined)
  if (!span.wantsContent) return
  span.say(REQUEST, {
    contents: itemsOf(dataAt(request, 'contents')).map((content) => ({
      role: dataAt(content, 'role'),
      parts: itemsOf(dataAt(content, 'parts')).map(shown),
    })),
    config: { systemInstruction: dataAt(config, 'systemInstruction'), tools: dataAt(config, 'tools') },
  })
}

/** A part without the bytes of its media. */
function shown(part: unknown): unknown {
  const media = dataAt(part, 'inlineData')
  return media === undefined ? part : { text: `[${text(dataAt(media, 'mimeType')) ?? 'media'}]` }
}

function tellResponse(span: AdkSpan, { parts, pieces, last, usage }: Heard): void {
  const { errorCode, errorMessage, finishReason } = last
  const said = parts.length > 0 ? parts.map(shown) : pieces === '' ? [] : [{ text: pieces }]
  if (finishReason !== undefined) span.set(keys.FINISH_REASONS, [String(finishReason).toLowerCase()])
  span.say(RESPONSE, {
    ...(said.length > 0 && { content: { role: 'model', parts: said } }),
    ...(usage !== undefined && { usageMetadata: usage }),
    ...(errorCode !== undefined && { errorCode, errorMessage }),
  })
  // Counts are no content, and that a call failed is none either.
  if (span.wantsContent) return
  const counts = Object.entries(dataFields(usage)).filter(([, count]) => typeof count === 'number')
  span.note.values[RESPONSE] = {
    usageMetadata: Object.fromEntries(counts),
    ...(errorCode !== undefined && { errorCode: 'error' }),
  }
}
