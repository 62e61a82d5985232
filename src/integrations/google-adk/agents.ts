import { types } from 'node:util'
import {
  dataAt,
  dataFields,
  follow,
  itemsOf,
  keys,
  type Method,
  type Patches,
  processWide,
  quietly,
  SpanType,
  text,
} from '../base/index.ts'
import { type AdkSpan, adkSpanHere } from './adk-span.ts'
import { endingOf, REQUEST, RESPONSE } from './model-calls.ts'
import { runHere } from './run-here.ts'

/**
 * Observes `createInvocationContext(parent)` of an agent, the first thing that it does in its span, and from then on what
 * an agent of its class does there.
 */
export function observeAgent(original: Method, patches: Patches): Method {
  return function (this: unknown, ...args) {
    const invocation: unknown = Reflect.apply(original, this, args)
    quietly(() => {
      const span = agentSpan()
      if (span === undefined || types.isProxy(this)) return
      describe(span, this, invocation)
      patches.wrap(this, 'runAsyncImpl', observeWork)
      patches.wrap(this, 'runLiveImpl', observeWork)
    })
    return invocation
  }
}

const agentSpan = (): AdkSpan | undefined => adkSpanHere(/^invoke_agent /, SpanType.AGENT)

function describe(span: AdkSpan, agent: unknown, invocation: unknown): void {
  const name = text(dataAt(agent, 'name'))
  if (name !== undefined) span.rename(`agent:${name}`)
  span.set(keys.AGENT_NAME, name)
  span.set('google_adk.agent.parent', text(dataAt(dataAt(agent, 'parentAgent'), 'name')))
  span.set('google_adk.branch', text(dataAt(invocation, 'branch')))
  tellPlace(span, invocation)
}

/** Whose invocation it is. */
export function tellPlace(span: AdkSpan, invocation: unknown): void {
  const session = dataAt(invocation, 'session')
  span.set('google_adk.invocation_id', text(dataAt(invocation, 'invocationId')))
  span.set(keys.SESSION_ID, text(dataAt(session, 'id')))
  span.set(keys.USER_ID, text(dataAt(session, 'userId')))
}

/** Observes `runAsyncImpl(invocation)` of an agent, be it one of the program's own. */
function observeWork(original: Method): Method {
  return function (this: unknown, ...args) {
    const span = quietly(agentSpan)
    const generator: unknown = Reflect.apply(original, this, args)
    // An agent that calls what its class inherits is in one and the same span.
    if (span === undefined || working().has(span.note)) return generator
    working().add(span.note)
    const asked = dataAt(args[0], 'userContent')
    if (asked !== undefined) span.say(REQUEST, { contents: [asked] })
    return followEvents(generator, span, args[0])
  }
}

/** Notes on agents whose work is followed. */
const working = (): WeakSet<object> => processWide('google-adk-agents', () => new WeakSet<object>())

/** Follows the events of an agent: the last one that is whole is what it answered. */
function followEvents(generator: unknown, span: AdkSpan, invocation: unknown): unknown {
  const run = runHere()
  let last: unknown
  const tell = (): void => tellAnswer(span, last)
  const leave = (how: string): void => {
    tell()
    span.set(keys.CALL_END, how)
    // A runner is told of it only when its own span has ended.
    run?.span?.set(keys.CALL_END, how)
  }
  return follow(generator, {
    item(event) {
      last = answerIn(event) ?? last
    },
    done() {
      const how = endingOf(undefined, invocation)
      if (how === 'aborted') return leave(how)
      tell()
      span.note.settled = true
    },
    failed(error) {
      tell()
      span.fail(error)
    },
    stopped: (reason) => leave(endingOf(reason, invocation)),
    run: (fn) => fn(),
  })
}

/** Says what an agent or a run answered, which may be that it failed. */
export function tellAnswer(span: AdkSpan, answer: unknown): void {
  if (answer === undefined) return
  span.say(RESPONSE, answer)
  if (!span.wantsContent && dataAt(answer, 'errorCode') !== undefined)
    span.note.values[RESPONSE] = { errorCode: 'error' }
}

/** What an event says, where it says something to whoever asked: a call of a tool and its result are steps on the way. */
export function answerIn(event: unknown): unknown {
  if (dataAt(event, 'partial') === true) return undefined
  const { content, errorCode, errorMessage } = dataFields(event)
  if (errorCode !== undefined) return { content, errorCode, errorMessage }
  const parts = itemsOf(dataAt(content, 'parts'))
  const isStep = parts.some(
    (part) => dataAt(part, 'functionCall') !== undefined || dataAt(part, 'functionResponse') !== undefined,
  )
  return parts.length === 0 || isStep ? undefined : { content }
}
