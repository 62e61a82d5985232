import { types } from 'node:util'
import { createContextKey } from '../../runtime/otel-context.ts'
import {
  activeContext,
  currentPipeline,
  dataAt,
  follow,
  keys,
  type Method,
  ownerOf,
  type Patches,
  runIn,
  SpanType,
  text,
} from '../base/index.ts'
import { type AdkSpan, adkSpanHere } from './adk-span.ts'
import { answerIn, tellPlace } from './agents.ts'
import { endingOf, REQUEST, RESPONSE } from './model-calls.ts'
import { quietly } from './quietly.ts'

const RUN: symbol = createContextKey('turnspan.google-adk.run')

/** A call of `runAsync` of a runner. */
interface Run {
  /** ADK's span for it, once it is known. */
  span: AdkSpan | undefined
  readonly params: unknown
  /** The last event that says something. */
  last: unknown
}

/**
 * Observes `runAsync(params)` and `runLive(params)` of a runner. ADK's span begins when the first event is asked for, out
 * of sight: the first thing that a runner does in it is to ask for the session.
 */
export function observeRun(original: Method, patches: Patches): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    quietly(() => watchSessions(dataAt(this, 'sessionService'), patches))
    const run: Run = { span: undefined, params: args[0], last: undefined }
    return follow(Reflect.apply(original, this, args), {
      item(event) {
        run.last = answerIn(event) ?? run.last
      },
      done: () => tell(run),
      failed(error) {
        tell(run)
        run.span?.fail(error)
      },
      stopped(reason) {
        tell(run)
        run.span?.set(keys.CALL_END, endingOf(reason, run.params))
      },
      run: (fn) => runIn(activeContext().setValue(RUN, run), fn),
    })
  }
}

function watchSessions(service: unknown, patches: Patches): void {
  if (types.isProxy(service)) return
  for (const method of ['getSession', 'getOrCreateSession']) {
    if (ownerOf(service, method) !== service) patches.wrap(service, method, observeSession)
  }
}

function observeSession(original: Method): Method {
  return function (this: unknown, ...args) {
    quietly(() => {
      const run = activeContext().getValue(RUN) as Run | undefined
      if (run === undefined || run.span !== undefined) return
      run.span = adkSpanHere(/^invocation$/, SpanType.CHAIN)
      if (run.span !== undefined) begin(run.span, run.params, args[0])
    })
    return Reflect.apply(original, this, args)
  }
}

function begin(span: AdkSpan, params: unknown, wanted: unknown): void {
  span.set(keys.SESSION_ID, text(dataAt(wanted, 'sessionId')))
  span.set(keys.USER_ID, text(dataAt(wanted, 'userId')))
  span.set('google_adk.app_name', text(dataAt(wanted, 'appName')))
  const asked = dataAt(params, 'newMessage')
  if (asked !== undefined) span.say(REQUEST, { contents: [asked] })
}

/** Observes `runOnUserMessageCallback({ invocationContext })` of the plugin manager, which has the IDs of the invocation. */
export function observeMessage(original: Method): Method {
  return function (this: unknown, ...args) {
    quietly(() => {
      const span = adkSpanHere(/^invocation$/, SpanType.CHAIN)
      if (span !== undefined) tellPlace(span, dataAt(args[0], 'invocationContext'))
    })
    return Reflect.apply(original, this, args)
  }
}

function tell({ span, last }: Run): void {
  if (span === undefined || last === undefined) return
  span.say(RESPONSE, last)
  if (!span.wantsContent && dataAt(last, 'errorCode') !== undefined)
    span.note.values[RESPONSE] = { errorCode: 'error' }
}
