import { types } from 'node:util'
import { runIn } from '../../context/active-context.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
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
  const { name, attributes } = agentFacts(read(client, 'agentCard'))
  const span = openSpan(pipeline, context, {
    name,
    spanType: SpanType.AGENT,
    kind: CLIENT,
    attributes: { ...attributes, ...protocolOf(client), ...addressOf(client) },
  })
  nameWhenKnown(span, read(client, 'agentCardPromise'))
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

/** What an agent's card says of it. */
function agentFacts(card: unknown): { name: string; attributes: Record<string, unknown> } {
  const name = text(dataAt(card, 'name')) ?? 'unnamed'
  return {
    name: `agent:${name}`,
    attributes: { [keys.AGENT_NAME]: name, 'gen_ai.agent.version': text(dataAt(card, 'version')) },
  }
}

/** The older client of version 0.3 has its card in a promise, and asks nobody before that is there. */
function nameWhenKnown(span: LiveSpan, card: unknown): void {
  if (!types.isPromise(card)) return
  const known = (found: unknown): void => {
    const { name, attributes } = agentFacts(found)
    span.updateName(name).setAttributes({ ...attributes, ...protocolIn(found) })
  }
  void thenPlainly(card, known, () => undefined)
}

const protocolOf = (client: unknown): Record<string, unknown> => ({
  'a2a.protocol.version': text(read(client, 'protocolVersion')),
  ...protocolIn(read(client, 'agentCard')),
})

/** Cards of version 0.3 name the protocol's version, those of 1 have one for each interface. */
function protocolIn(card: unknown): Record<string, unknown> {
  const version = text(dataAt(card, 'protocolVersion'))
  return version === undefined ? {} : { 'a2a.protocol.version': version }
}

function followerOf(span: LiveSpan, run: Follower['run']): Follower {
  const told = nothingTold()
  const end = (): void => {
    recordTold(span, told)
    span.end()
  }
  return {
    run,
    item: (event) => tellEvent(told, event),
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

function addressOf(client: unknown): Record<string, unknown> {
  try {
    const endpoint = text(read(client, 'transport', 'endpoint')) ?? text(read(client, 'serviceEndpointUrl'))
    if (endpoint === undefined) return {}
    const { hostname, port, protocol } = new URL(endpoint)
    return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) }
  } catch {
    return {}
  }
}
