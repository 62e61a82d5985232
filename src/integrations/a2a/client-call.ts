import { runIn } from '../../context/active-context.ts'
import { activeContext, contextOf, openSpan, tracingIn } from '../../tracing/open-span.ts'
import {
  dataAt,
  type Follower,
  follow,
  itemsOf,
  keys,
  type LiveSpan,
  read,
  SpanType,
  text,
} from '../base/index.ts'
import { nothingTold, shownParts, tellEvent, tellResult } from './messages.ts'
import { CLIENT, noteTask, recordTold } from './span.ts'

/** A message to an agent. */
export interface AgentCall<T> {
  readonly client: unknown
  readonly params: unknown
  /** Sends it: a promise of the answer, or the events of a stream. */
  send(): T
}

/** Sends a message in a span that stands for the agent's work as its caller sees it. */
export function callAgent<T>({ client, params, send }: AgentCall<T>): T {
  const context = activeContext()
  const pipeline = tracingIn(context)
  if (pipeline === undefined) return send()
  const message = dataAt(params, 'message')
  const card = read(client, 'agentCard')
  const name = text(dataAt(card, 'name')) ?? 'unnamed'
  const span = openSpan(pipeline, context, {
    name: `agent:${name}`,
    spanType: SpanType.AGENT,
    kind: CLIENT,
    attributes: {
      [keys.AGENT_NAME]: name,
      'gen_ai.agent.version': text(dataAt(card, 'version')),
      'a2a.protocol.version': text(read(client, 'protocolVersion')),
      ...addressOf(read(client, 'transport')),
    },
  })
  const given = { taskId: text(dataAt(message, 'taskId')), contextId: text(dataAt(message, 'contextId')) }
  noteTask(span, given)
  if (span.wantsContent) span.setInputs(shownParts(itemsOf(dataAt(message, 'parts'))))
  const inside = contextOf(context, span)
  const follower = followerOf(span, <R>(fn: () => R) => runIn(inside, fn))
  let answer: T
  try {
    answer = runIn(inside, send)
  } catch (thrown) {
    follower.failed(thrown)
    throw thrown
  }
  return follow(answer, follower) as T
}

function followerOf(span: LiveSpan, run: Follower['run']): Follower {
  const told = nothingTold()
  const end = (): void => {
    recordTold(span, told)
    span.end()
  }
  return {
    run,
    item: (event) => tellEvent(told, dataAt(event, 'payload', '$case'), dataAt(event, 'payload', 'value')),
    done(result) {
      if (result !== undefined) tellResult(told, result)
      end()
    },
    failed(error) {
      recordTold(span, told)
      span.recordException(error)
      span.setStatus('ERROR', text(read(error, 'message')))
      span.end()
    },
    stopped: end,
  }
}

function addressOf(transport: unknown): Record<string, unknown> {
  try {
    const endpoint = text(read(transport, 'endpoint'))
    if (endpoint === undefined) return {}
    const { hostname, port, protocol } = new URL(endpoint)
    return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) }
  } catch {
    return {}
  }
}
