import * as keys from '../../span/semconv/keys.ts'
import {
  dataAt,
  dataOf,
  type Fields,
  failWith,
  type LiveSpan,
  list,
  read,
  SpanType,
  type Step,
  text,
} from '../base/index.ts'
import { isGraph, kindOf } from './kind.ts'
import { isMessage } from './messages.ts'
import { plain, toDocuments } from './plain.ts'
import type { Ending } from './run.ts'

/** How a chain, a graph or one of its nodes ends. */
export function chainEnding({ span }: Step): Ending {
  return {
    finish(output, rest) {
      // A chain that works on a stream knows its input only now.
      const inputs = read(rest.at(-1), 'inputs')
      if (inputs !== undefined && span.wantsContent) span.setInputs(plain(inputs))
      end(span, () => plain(output))
    },
    fail: (error) => fail(span, error),
    stop: (how, endTime) => stop(span, how, endTime),
  }
}

/** How a tool ends. */
export function toolEnding({ span }: Step): Ending {
  return {
    finish(output) {
      if (dataAt(output, 'status') === 'error' && isMessage(output)) {
        failWith(span, { type: 'tool_error', message: text(dataAt(output, 'content')) })
      }
      end(span, () => toolResult(output))
    },
    fail: (error) => fail(span, error),
    stop: (how, endTime) => stop(span, how, endTime),
  }
}

/** How a retriever ends. */
export function retrieverEnding({ span }: Step): Ending {
  return {
    finish(documents) {
      span.setAttribute('gen_ai.retrieval.document_count', list(documents).length)
      end(span, () => toDocuments(documents))
    },
    fail: (error) => fail(span, error),
    stop: (how, endTime) => stop(span, how, endTime),
  }
}

/** Of the message that a tool gives to a model, what is in it. */
function toolResult(output: unknown): unknown {
  if (!isMessage(output) || dataAt(output, 'tool_call_id') === undefined) return plain(output)
  const artifact = dataOf(dataAt(output, 'artifact'))
  const content = dataOf(dataAt(output, 'content'))
  return artifact === undefined || artifact === null ? content : { content, artifact }
}

function end(span: LiveSpan, outputs: () => unknown): void {
  if (span.wantsContent) span.setOutputs(outputs())
  span.end()
}

/** Interrupts and jumps to another graph are thrown, but nothing has failed. */
function fail(span: LiveSpan, error: unknown): void {
  if (read(error, 'is_bubble_up') === true) {
    const interrupts = list(read(error, 'interrupts'))
    span.setAttribute('langgraph.ended_by', text(read(error, 'name')) ?? 'GraphBubbleUp')
    if (interrupts.length > 0 && span.wantsContent) span.setOutputs({ __interrupt__: plain(interrupts) })
  } else {
    span.fail(error)
  }
  span.end()
}

function stop(span: LiveSpan, how: string, endTime: number): void {
  span.setAttribute(keys.CALL_END, how)
  span.end(endTime)
}

/** The type of a chain's span. Agents are graphs that carry the name of the agent. */
export function chainType(name: string, serialized: unknown, metadata: Fields): SpanType {
  const isAgent =
    kindOf(serialized) === 'AgentExecutor' || (name === metadata.lc_agent_name && isGraph(serialized))
  return isAgent ? SpanType.AGENT : SpanType.CHAIN
}
