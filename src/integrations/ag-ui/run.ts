import { runIn } from '../../context/active-context.ts'
import { applyUpdate } from '../../context/trace-update.ts'
import { activeContext, contextOf, openSpan, tracingIn } from '../../tracing/open-span.ts'
import {
  dataAt,
  dataOf,
  type Follower,
  failWith,
  follow,
  itemsOf,
  keys,
  type LiveSpan,
  type Method,
  read,
  SpanType,
  text,
} from '../base/index.ts'

/** Span kinds of OpenTelemetry: work in this process, and a request to another one. */
const INTERNAL = 0
const CLIENT = 2

/** Runs an agent in a span that ends when the run is over. The thread is the session of a trace that has none. */
export function runAgent(agent: unknown, run: () => unknown): unknown {
  const context = activeContext()
  const pipeline = tracingIn(context)
  if (pipeline === undefined) return run()
  // Without an ID of its own an agent gets a random one as it runs.
  const name = text(read(agent, 'agentId')) ?? 'ag-ui'
  const threadId = text(read(agent, 'threadId'))
  const span = openSpan(pipeline, context, {
    name: `agent:${name}`,
    spanType: SpanType.AGENT,
    kind: text(read(agent, 'url')) === undefined ? INTERNAL : CLIENT,
    attributes: {
      [keys.AGENT_NAME]: name,
      [keys.CONVERSATION_ID]: threadId,
      'gen_ai.agent.description': text(read(agent, 'description')),
      ...addressOf(read(agent, 'url')),
    },
  })
  if (threadId !== undefined && span.trace.sessionId === undefined)
    applyUpdate(span.trace, { sessionId: threadId }, span.host)
  if (span.wantsContent) span.setInputs({ messages: itemsOf(read(agent, 'messages')).map(messageOf) })
  const inside = contextOf(context, span)
  const follower = followerOf(span, hearErrors(agent), (fn) => runIn(inside, fn))
  let result: unknown
  try {
    result = runIn(inside, run)
  } catch (thrown) {
    // The class of the package is asynchronous; what the program made of it may throw at once.
    follower.failed(thrown)
    throw thrown
  }
  return follow(result, follower)
}

function followerOf(span: LiveSpan, errors: HeardErrors, run: Follower['run']): Follower {
  return {
    run,
    item: () => undefined,
    done(result) {
      if (span.wantsContent) span.setOutputs(outputsOf(result))
      // A run that the server breaks off is an event, and nothing is thrown.
      const told = errors.stop()
      if (told !== undefined)
        failWith(span, {
          type: text(read(told, 'code')) ?? 'run_error',
          message: text(read(told, 'message')),
        })
      span.end()
    },
    failed(error) {
      errors.stop()
      span.recordException(error)
      span.setStatus('ERROR', text(read(error, 'message')))
      span.end()
    },
    stopped() {
      errors.stop()
      span.end()
    },
  }
}

interface HeardErrors {
  /** Hears no more. @returns the event that said that the run has failed */
  stop(): unknown
}

/** Hears whether a run fails, as any subscriber of the program's would. */
function hearErrors(agent: unknown): HeardErrors {
  let told: unknown
  let heard: unknown
  try {
    const onRunErrorEvent = (params: unknown): void => {
      told = read(params, 'event')
    }
    heard = Reflect.apply(read(agent, 'subscribe') as Method, agent, [{ onRunErrorEvent }])
  } catch {
    // A class of the program's own that cannot be subscribed to.
  }
  return {
    stop() {
      const unsubscribe = read(heard, 'unsubscribe')
      if (typeof unsubscribe === 'function') Reflect.apply(unsubscribe, heard, [])
      return told
    },
  }
}

/** A message without what is not said in it. */
function messageOf(message: unknown): unknown {
  const { id: _, ...said } = (dataOf(message) ?? {}) as Record<string, unknown>
  return said
}

function outputsOf(result: unknown): unknown {
  const messages = itemsOf(dataAt(result, 'newMessages')).map(messageOf)
  const value = dataAt(result, 'result')
  return { messages, ...(value !== undefined && { result: dataOf(value) }) }
}

function addressOf(url: unknown): Record<string, unknown> {
  try {
    const { hostname, port, protocol } = new URL(String(url))
    return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) }
  } catch {
    return {}
  }
}
