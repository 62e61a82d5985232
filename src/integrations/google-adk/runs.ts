import { types } from 'node:util'
import {
  currentPipeline,
  dataAt,
  follow,
  keys,
  type Method,
  ownerOf,
  type Patches,
  quietly,
  runIn,
  SpanType,
  text,
} from '../base/index.ts'
import { type AdkSpan, adkSpanHere } from './adk-span.ts'
import { answerIn, tellAnswer, tellPlace } from './agents.ts'
import { REQUEST } from './model-calls.ts'
import { contextIn, type Run, runHere } from './run-here.ts'

/**
 * Observes `runAsync(params)` and `runLive(params)` of a runner. ADK's span begins when the first event is asked for, out
 * of sight: the first thing that a runner does in it is to ask for the session. It has ended when the events have.
 */
export function observeRun(original: Method, patches: Patches): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    quietly(() => watchSessions(dataAt(this, 'sessionService'), patches))
    const run: Run = { span: undefined, params: args[0] }
    return follow(Reflect.apply(original, this, args), {
      item(event) {
        if (run.span !== undefined) tellAnswer(run.span, answerIn(event))
      },
      done: () => undefined,
      failed: () => undefined,
      stopped: () => undefined,
      run: (fn) => runIn(contextIn(run), fn),
    })
  }
}

function watchSessions(service: unknown, patches: Patches): void {
  if (types.isProxy(service)) return
  for (const method of ['getSession', 'getOrCreateSession']) {
    if (ownerOf(service, method) !== service) patches.wrap(service, method, observeSession)
  }
}

const invocationHere = (): AdkSpan | undefined => adkSpanHere(/^invocation$/, SpanType.CHAIN)

function observeSession(original: Method): Method {
  return function (this: unknown, ...args) {
    const span = quietly(() => beginRun(args[0]))
    const returned: unknown = Reflect.apply(original, this, args)
    if (span === undefined) return returned
    return follow(returned, {
      item: () => undefined,
      done(session) {
        // ADK throws these words then.
        const message = `Session not found: ${String(text(dataAt(args[0], 'sessionId')))}`
        if (session === undefined || session === null) span.fail({ name: 'Error', message })
      },
      failed: (error) => span.fail(error),
      stopped: () => undefined,
      run: (fn) => fn(),
    })
  }
}

/** @returns the span of a run that has just begun */
function beginRun(wanted: unknown): AdkSpan | undefined {
  const run = runHere()
  if (run === undefined || run.span !== undefined) return undefined
  const span = invocationHere()
  run.span = span
  if (span === undefined) return undefined
  span.set(keys.SESSION_ID, text(dataAt(wanted, 'sessionId')))
  span.set(keys.USER_ID, text(dataAt(wanted, 'userId')))
  span.set('google_adk.app_name', text(dataAt(wanted, 'appName')))
  const asked = dataAt(run.params, 'newMessage')
  if (asked !== undefined) span.say(REQUEST, { contents: [asked] })
  return span
}

/**
 * Observes what a runner asks its plugins in the span of the invocation, `run…Callback({ invocationContext })`: whose it is,
 * that a plugin failed, and, by the last of them, that it came to its end.
 */
export function observeRunCallback(original: Method): Method {
  return function (this: unknown, ...args) {
    const span = quietly(invocationHere)
    if (span === undefined) return Reflect.apply(original, this, args)
    quietly(() => tellPlace(span, dataAt(args[0], 'invocationContext')))
    return follow(Reflect.apply(original, this, args), {
      item: () => undefined,
      done() {
        if (original.name === 'runAfterRunCallback') span.note.settled = true
      },
      failed: (error) => span.fail(error),
      stopped: () => undefined,
      run: (fn) => fn(),
    })
  }
}
