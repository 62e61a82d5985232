import type { Context } from '@opentelemetry/api'
import { applyUpdate, type TraceUpdate } from '../context/trace-update.ts'
import type { TimeInput } from '../runtime/clock.ts'
import { readEach } from '../runtime/read-property.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { NOOP_SPAN } from '../span/noop-span.ts'
import { exportedName } from '../span/semconv/exported-name.ts'
import * as keys from '../span/semconv/keys.ts'
import { SpanType } from '../span/semconv/span-type.ts'
import type { Span } from '../span/span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import type { AgentTurn } from './call-options.ts'
import { checkKeys, inOtherOrder, KEYS, optionsOr } from './misuse.ts'
import { openSpan, textOr } from './open-span.ts'
import { begin, returned, runInside, threw } from './outcome.ts'

/**
 * Runs one turn of an agent in a span of type AGENT: `fn` gets the span, and what it returns or throws is passed on
 * unchanged. The turn's tokens are the sum of those of the model calls below, unless they are set. A malformed response
 * ID causes a diagnostic and a random trace ID.
 *
 * @returns what `fn` returns
 * @example
 * const answer = await withAgent({ agent: 'support', responseId, sessionId, user, input: question }, () => run(question))
 */
export function withAgent<T>(turn: AgentTurn, fn: (agent: Span) => T): T {
  if (typeof fn !== 'function' && typeof turn === 'function')
    return withAgent(inOtherOrder<AgentTurn>('withAgent()', fn), turn as typeof fn)
  const running = begin(openTurn, turn, undefined)
  if (running === undefined) return fn(NOOP_SPAN)
  if (!running.isActive) return runInside(running, fn, undefined, [running.span]) as T
  try {
    return returned(running, fn, fn(running.span)) as T
  } catch (thrown) {
    throw threw(running, thrown)
  }
}

function openTurn(pipeline: Pipeline, context: Context, turn: AgentTurn): LiveSpan {
  const given = optionsOr<AgentTurn>('withAgent()', turn, 'agent')
  checkKeys(KEYS.withAgent, given)
  return openAgent(pipeline, context, given)
}

/**
 * Starts the span of a turn.
 *
 * @param startTime - when it began, if not now
 */
export function openAgent(
  pipeline: Pipeline,
  context: Context,
  given: AgentTurn,
  startTime?: TimeInput,
): LiveSpan {
  const turn = readTurn(given)
  const agent = textOr(turn.agent, 'unnamed')
  return openSpan(pipeline, context, {
    name: `agent:${agent}`,
    startTime,
    spanType: SpanType.AGENT,
    inputs: turn.input,
    responseId: turn.responseId,
    nest: turn.nest,
    sampleRatio: turn.sampleRatio,
    describe: (span) => describe(span, pipeline, agent, turn),
  })
}

const PARTS = [
  'agent',
  'model',
  'provider',
  'responseId',
  'sessionId',
  'user',
  'input',
  'nest',
  'attributes',
  'sampleRatio',
] as const satisfies readonly (keyof AgentTurn)[]

// By their names, for which the engine has a short way; one that throws when it is read is as if it was not given.
function readTurn(given: AgentTurn): Partial<AgentTurn> {
  try {
    const { agent, model, provider, responseId, sessionId, user, input, nest, attributes, sampleRatio } =
      given
    return { agent, model, provider, responseId, sessionId, user, input, nest, attributes, sampleRatio }
  } catch {
    return readEach(given, PARTS)
  }
}

function describe(span: LiveSpan, pipeline: Pipeline, agent: string, turn: Partial<AgentTurn>): void {
  const { model, provider, user, sessionId, attributes } = turn
  span.setAttribute(keys.AGENT_NAME, agent)
  if (model) span.setAttribute(keys.REQUEST_MODEL, model)
  if (provider) span.setAttribute(keys.PROVIDER_NAME, provider).setAttribute(keys.SYSTEM, provider)
  if (sessionId) span.setAttribute(keys.CONVERSATION_ID, sessionId)
  if (attributes) span.setAttributes(attributes)
  if (model) span.setModel(model, provider)
  pipeline.agentName ??= exportedName(agent, pipeline.redact, {
    span: agent,
    spanType: SpanType.AGENT,
    key: keys.AGENT_NAME,
  })
  const first: TraceUpdate = {}
  if (user && !span.trace.userId) first.user = user
  if (sessionId && !span.trace.sessionId) first.sessionId = sessionId
  applyUpdate(span.trace, first, span.host)
}
