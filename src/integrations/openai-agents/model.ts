import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'
import {
  ABANDONED,
  type Answer,
  accumulateChat,
  accumulateResponses,
  beginModelCall,
  chatAnswer,
  currentPipeline,
  dataAt,
  endpointOf,
  follow,
  type Method,
  type ModelCall,
  type ModelCallInit,
  read,
  responsesAnswer,
  SpanType,
  text,
  whenClientBegins,
} from '../base/index.ts'
import type { OpenAIAgentsOptions } from './options.ts'
import { rootHere } from './runs.ts'
import { typeOf } from './spans.ts'

/** Which of OpenAI's APIs a model of the SDK asks. */
export type Wire = 'responses' | 'chat'

/** A call under way, and whether the program lets traces have its content. */
interface Asked {
  readonly call: ModelCall
  readonly withContent: boolean
}

/** Observes `getResponse(request)` of a model. */
export function observeRequest(original: Method, wire: Wire, options: OpenAIAgentsOptions): Method {
  return function (this: unknown, ...args) {
    const asked = currentPipeline() === undefined ? undefined : ask(this, args[0], options)
    if (asked === undefined) return Reflect.apply(original, this, args)
    const { call } = asked
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      fail(asked, error)
      throw error
    }
    if (!types.isPromise(returned)) return returned
    return thenPlainly(
      returned,
      (response): unknown => {
        const whole = read(response, 'providerData')
        call.finish(told(wire === 'responses' ? responsesAnswer(whole) : chatAnswer(whole), asked))
        return response
      },
      (error) => {
        fail(asked, error)
        throw error
      },
    )
  }
}

/** Observes `getStreamedResponse(request)`, whose items carry the events of the API as they came. */
export function observeStreamedRequest(original: Method, wire: Wire, options: OpenAIAgentsOptions): Method {
  return function (this: unknown, ...args) {
    const asked = currentPipeline() === undefined ? undefined : ask(this, args[0], options)
    const stream: unknown = Reflect.apply(original, this, args)
    if (asked === undefined) return stream
    const { call } = asked
    const accumulator = (wire === 'responses' ? accumulateResponses : accumulateChat)(call.accumulating)
    const answer = (): Answer => told(accumulator.answer(), asked)
    call.watchIdle(answer)
    let last: unknown
    return follow(stream, {
      item(item) {
        call.touch()
        const event = read(item, 'type') === 'model' ? read(item, 'event') : undefined
        // Older versions give the last event twice.
        if (event === undefined || event === last) return
        last = event
        if (accumulator.isFirst?.(event) ?? true) call.firstToken()
        accumulator.add(event)
      },
      done: () => call.finish(told(accumulator.complete?.() ?? accumulator.answer(), asked)),
      failed: (error) => fail(asked, error, answer()),
      stopped: (reason, at) => call.stop(stopOf(reason, args[0]), answer(), at),
      run: (fn) => call.run(fn),
    })
  }
}

function stopOf(reason: unknown, request: unknown): 'abandoned' | 'aborted' | 'stopped' {
  if (reason === ABANDONED) return 'abandoned'
  return read(request, 'signal', 'aborted') === true ? 'aborted' : 'stopped'
}

function ask(model: unknown, request: unknown, { idleMs }: OpenAIAgentsOptions): Asked | undefined {
  const withContent =
    dataAt(request, 'tracing') !== 'enabled_without_data' && (rootHere()?.withContent ?? true)
  const call = beginModelCall(() => initOf(model, request, withContent, idleMs))
  if (call === undefined) return undefined
  // The client that it asks knows the request as it is sent: parameters, tools, the form that MLflow shows.
  whenClientBegins(call, (init) => {
    call.describe(withContent ? init : { ...init, content: undefined, messageFormat: undefined })
  })
  return { call, withContent }
}

/** What the SDK asks of its model; all that there is where the client below is not traced. */
function initOf(
  model: unknown,
  request: unknown,
  withContent: boolean,
  idleMs: number | undefined,
): ModelCallInit {
  const { provider, attributes } = endpointOf(read(model, '_client', 'baseURL'))
  return {
    spanType: SpanType.CHAT_MODEL,
    operation: 'chat',
    model: text(dataAt(model, '_model')),
    provider: provider ?? 'openai',
    idleMs,
    attributes: {
      ...attributes,
      'gen_ai.request.temperature': dataAt(request, 'modelSettings', 'temperature'),
      'gen_ai.request.top_p': dataAt(request, 'modelSettings', 'topP'),
      'gen_ai.request.max_tokens': dataAt(request, 'modelSettings', 'maxTokens'),
    },
    ...(withContent && {
      inputs: {
        instructions: dataAt(request, 'systemInstructions'),
        input: dataAt(request, 'input'),
      },
    }),
  }
}

function fail({ call, withContent }: Asked, error: unknown, answer: Answer = {}): void {
  if (withContent) call.fail(error, answer)
  else call.finish({ ...answer, error: { type: typeOf(error) } })
}

const told = (answer: Answer, { withContent }: Asked): Answer =>
  withContent ? answer : { ...answer, outputs: undefined }
