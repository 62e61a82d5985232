import {
  ABANDONED,
  beginModelCall,
  currentPipeline,
  dataAt,
  follow,
  isObject,
  itemsOf,
  type Method,
  type ModelCall,
  type ModelCallInit,
  offerCall,
  type Patches,
  SpanType,
  settingAt,
  text,
} from '../base/index.ts'
import { accumulate, answerOf } from './answers.ts'
import { toMessage } from './messages.ts'
import type { LlamaIndexOptions } from './options.ts'
import { observeOwn, useOwnMethods } from './own-methods.ts'
import { classOf, providerOf } from './providers.ts'
import { metadataOf } from './tools.ts'

/**
 * Observes `chat(params)` of a class of models. The client below knows more of the request, and sees the tokens of streams,
 * so it takes the call over where it is traced; the span is one.
 */
export function observeChat(original: Method, { idleMs }: LlamaIndexOptions): Method {
  return function (this: unknown, ...args) {
    const call =
      currentPipeline() === undefined ? undefined : beginModelCall(() => initOf(this, args[0], idleMs))
    if (call === undefined) return Reflect.apply(original, this, args)
    offerCall(call)
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      call.fail(error)
      throw error
    }
    return followAnswer(returned, call, dataAt(args[0], 'stream') === true)
  }
}

function followAnswer(returned: unknown, call: ModelCall, streams: boolean): unknown {
  const stream = accumulate(call.accumulating)
  if (streams) call.watchIdle(() => stream.answer())
  return follow(returned, {
    item(chunk) {
      call.touch()
      if (stream.isFirst?.(chunk)) call.firstToken()
      stream.add(chunk)
    },
    done: (response) => call.finish(streams ? stream.answer() : answerOf(response)),
    failed: (error) => call.fail(error, stream.answer()),
    stopped: (reason, at) => call.stop(reason === ABANDONED ? 'abandoned' : 'stopped', stream.answer(), at),
    run: (fn) => call.run(fn),
  })
}

function initOf(model: unknown, params: unknown, idleMs: number | undefined): ModelCallInit {
  const name = text(dataAt(model, 'model'))
  return {
    ...(name === undefined && { name: classOf(model) }),
    spanType: SpanType.CHAT_MODEL,
    operation: 'chat',
    model: name,
    provider: providerOf(model),
    idleMs,
    messageFormat: 'openai',
    attributes: {
      'gen_ai.request.temperature': settingAt(model, 'temperature'),
      'gen_ai.request.top_p': settingAt(model, 'topP'),
      'gen_ai.request.max_tokens': settingAt(model, 'maxTokens'),
    },
    content: () => ({
      inputs: { messages: itemsOf(dataAt(params, 'messages')).map(toMessage) },
      tools: itemsOf(dataAt(params, 'tools')).map(toTool),
    }),
  }
}

function toTool(tool: unknown): object {
  const metadata = metadataOf(tool)
  return {
    type: 'function',
    function: {
      name: text(dataAt(metadata, 'name')) ?? 'tool',
      description: text(dataAt(metadata, 'description')),
      parameters: dataAt(metadata, 'parameters'),
    },
  }
}

const MAX_CLASSES = 1000

/** Takes the classes of models as they are met, and the `chat` that an instance itself carries. */
export function modelsMet(patches: Patches, options: LlamaIndexOptions): (model: object) => void {
  const met = new WeakSet()
  let count = 0
  const wrap = (original: Method): Method => observeChat(original, options)
  let isUsed = false
  return (model) => {
    try {
      const prototype = Object.getPrototypeOf(model) as unknown
      if (!isObject(prototype)) return
      if (!met.has(prototype) && count < MAX_CLASSES) {
        met.add(prototype)
        count += 1
        patches.wrap(prototype, 'chat', wrap)
      }
      if (!isUsed) patches.onUndo(useOwnMethods())
      isUsed = true
      observeOwn(model, 'chat', wrap)
    } catch {
      // One that resists stays as it is.
    }
  }
}
