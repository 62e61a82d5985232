import type { Context } from '@opentelemetry/api'
import { nowMs } from '../../runtime/clock.ts'
import { trace } from '../../runtime/otel-trace.ts'
import { realTime, withoutHold } from '../../runtime/real-time.ts'
import { activeContext, dataAt, failWith, keys, list, quietly, read, runIn, text } from '../base/index.ts'
import { beginPart, endPart, notePart } from './part.ts'
import { GENERATION, type Part } from './part-state.ts'
import type { MastraSpanIds } from './types.ts'

/** Pieces of an answer, as many as a model sends: not spans. */
const CHUNK = 'model_chunk'
/** So soon after its model failed Mastra tells of the end of an agent, where it does. */
const AGENT_END_MS = 250
/** So many spans are waited for. */
const MAX_OPEN = 10_000

/** The spans of one bridge or exporter that are open, by the IDs that Mastra knows them by. */
export class MastraSpans {
  readonly #open = new Map<string, Part>()
  #keptOut: ReadonlySet<unknown> = new Set()

  /** Takes the configuration of Mastra's that a bridge belongs to. */
  configure(config: unknown): void {
    this.#keptOut = new Set(list(read(config, 'excludeSpanTypes')))
  }

  /** Begins a span for a bridge, whose IDs become Mastra's. Content comes with what is told of it. */
  create(options: object): MastraSpanIds | undefined {
    return quietly(() => {
      const type = text(read(options, 'type')) ?? 'generic'
      if (type === CHUNK || this.#keptOut.has(type)) return undefined
      const aboveId = idAbove(options)
      const above = aboveId === undefined ? undefined : this.#open.get(aboveId)
      const part = beginPart(type, options, above, above ? above.inside : outsideOf(options, aboveId))
      if (part === undefined) return undefined
      const { spanId, traceId, parentSpanId } = part.span
      this.#keep(spanId, part)
      if (parentSpanId === undefined) return { spanId, traceId }
      return { spanId, traceId, [above ? 'parentSpanId' : 'externalParentSpanId']: parentSpanId }
    })
  }

  /** Begins a span for an exporter, which is told that one has begun; of a moment, only that it ended. */
  began(event: object): void {
    quietly(() => {
      const told = read(event, 'exportedSpan')
      const id = text(read(told, 'id'))
      const type = text(read(told, 'type')) ?? 'generic'
      const isMoment = read(event, 'type') === 'span_ended' && read(told, 'isEvent') === true
      if (id === undefined || type === CHUNK || this.#open.has(id)) return
      if (read(event, 'type') !== 'span_started' && !isMoment) return
      const part = beginPart(type, told, this.#above(told), activeContext())
      if (part !== undefined) this.#keep(id, part)
    })
  }

  /** Takes what became of a span. */
  told(event: object): void {
    quietly(() => {
      const told = read(event, 'exportedSpan')
      if (read(told, 'type') === CHUNK) this.#noteFailure(told)
      const id = text(read(told, 'id')) ?? ''
      const part = this.#open.get(id)
      if (part === undefined) return
      if (read(event, 'type') !== 'span_ended') {
        notePart(part, told)
        return
      }
      this.#open.delete(id)
      endPart(part, told)
      const hasFailed = dataAt(read(told, 'attributes'), 'finishReason') === 'error'
      if (hasFailed && part.type === GENERATION) this.#endAgentOf(part)
    })
  }

  /** Runs `fn` with the span active that Mastra knows by `id`. */
  run<T>(id: string, fn: () => T): T {
    const part = this.#open.get(id)
    if (part === undefined) return fn()
    part.hasBelow = true
    return runIn(part.inside, fn)
  }

  /**
   * Drops a span that a filter of Mastra's keeps out at its end. One below which others may stand is sent, without content:
   * without it, they would stand nowhere.
   */
  release(id: string): void {
    const part = this.#open.get(id)
    if (part === undefined) return
    this.#open.delete(id)
    const { span } = part
    if (part.hasBelow) {
      span.end()
      return
    }
    span.host.openContent.gone(span)
    span.trace.open.delete(span.spanId)
  }

  /** Ends what is open. */
  close(): void {
    const parts = [...this.#open.values()].reverse()
    this.#open.clear()
    for (const part of parts) leave(part, 'stopped')
  }

  #keep(id: string, part: Part): void {
    this.#open.set(id, part)
    if (this.#open.size <= MAX_OPEN) return
    // Some versions forget to end spans of streams that are left.
    const [oldest] = this.#open
    if (oldest === undefined) return
    this.#open.delete(oldest[0])
    leave(oldest[1], 'abandoned')
  }

  #above(told: unknown): Part | undefined {
    return this.#open.get(text(read(told, 'parentSpanId')) ?? '')
  }

  /** The reason why a model failed comes among the pieces of its answer. */
  #noteFailure(chunk: unknown): void {
    if (dataAt(read(chunk, 'attributes'), 'chunkType') !== 'error') return
    const step = this.#above(chunk)
    if (step !== undefined) step.failure = text(dataAt(read(chunk, 'output'), 'error', 'message'))
  }

  /** Older versions of Mastra do not tell of the end of an agent whose model failed; newer ones do so at once, and say more. */
  #endAgentOf({ above: agent, failure }: Part): void {
    if (agent?.type !== 'agent_run') return
    const endTime = nowMs()
    const end = (): void => {
      const known = [...this.#open].find(([, part]) => part === agent)
      if (known === undefined) return
      this.#open.delete(known[0])
      failWith(agent.span, { type: 'model_error', message: failure })
      agent.span.end(endTime)
    }
    withoutHold(realTime.start(end, AGENT_END_MS))
  }
}

function leave({ span, generation }: Part, how: string): void {
  generation.isAsking = false
  span.setAttribute(keys.CALL_END, how)
  span.end()
}

/** ID of the closest span above that is not kept out. */
function idAbove(options: object): string | undefined {
  const parent = read(options, 'parent')
  if (parent === undefined || parent === null) return undefined
  const isHidden = read(parent, 'isInternal') === true || read(parent, 'isExcluded') === true
  if (!isHidden) return text(read(parent, 'id'))
  return text((parent as { getParentSpanId(internal: boolean): unknown }).getParentSpanId(false))
}

/**
 * The context above Mastra's outermost span: what is active, or the span by whose IDs the program continues a trace, of an
 * earlier process for one.
 */
function outsideOf(options: object, aboveId: string | undefined): Context {
  const traceId = text(read(options, 'traceId')) ?? text(read(options, 'parent', 'traceId'))
  const spanId = aboveId ?? text(read(options, 'parentSpanId'))
  const active = activeContext()
  if (traceId === undefined || spanId === undefined) return active
  const context = { traceId, spanId, traceFlags: 1, isRemote: true }
  return /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId)
    ? trace.setSpanContext(active, context)
    : active
}
