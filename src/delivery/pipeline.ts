import type { Span as OtelSpan } from '@opentelemetry/api'
import type { Config } from '../config/config.ts'
import { monotonicMs, msOfHrTime } from '../runtime/clock.ts'
import { messageOf } from '../runtime/errors.ts'
import { isSpanContextValid } from '../runtime/otel-trace.ts'
import { realTime, type Timer, withoutHold } from '../runtime/real-time.ts'
import { withEmptyStack } from '../runtime/stack-room.ts'
import { spanContextOf } from '../span/clean-fields.ts'
import type { Attributes, EndedSpan } from '../span/ended-span.ts'
import { isLocalRoot } from '../span/ended-span.ts'
import * as keys from '../span/keys.ts'
import type { SpanHost } from '../span/live-span.ts'
import { createOpenContent } from '../span/open-content.ts'
import { fitSpan, spanSize } from '../span/span-size.ts'
import { SpanType } from '../span/span-type.ts'
import { usageOfAttributes } from '../span/token-usage.ts'
import type { OpenSpan, TraceRecord } from '../span/trace-record.ts'
import { sumUpUsage } from '../span/usage-tree.ts'
import { createComplaints, sayOpenContent, sayUnencodable } from './complaints.ts'
import { createCompletions } from './completions.ts'
import type { Counts, Report } from './counts.ts'
import {
  copyForeignSpan,
  type ForeignSpan,
  foreignContext,
  parentIdOf,
  sayUnreadable,
} from './foreign-span.ts'
import { handedOver } from './hand-over.ts'
import { traceOfEnded, traceOfStarted } from './joined-trace.ts'
import { createKeepFilter } from './keep.ts'
import { departed, due, type Lane, tell, tellStored, write } from './lane.ts'
import { createLeftovers } from './leftovers.ts'
import { createQueue, type Fate, type QueueOptions, type QueueSpool } from './queue.ts'
import { isSampled } from './sampling.ts'
import type { Left } from './spool/leave.ts'
import type { SpanTarget } from './target.ts'
import { createTickets, type Ticket } from './ticket.ts'
import type { TraceCompletion } from './trace-completion.ts'
import { ownExperiment } from './trace-experiment.ts'
import { createTraceTable, type TraceTable } from './trace-table.ts'

/** The way of spans from their end to their targets, for one configuration. */
export interface Pipeline extends SpanHost {
  readonly config: Config
  /** Where its traces go, for the services that they go on to; see `ownExperiment`. */
  readonly experiment: string | undefined
  readonly traces: TraceTable
  /** Whether a new trace is kept; see `isSampled`. */
  sampled(traceId: string, options?: { ratio?: number | undefined; parent?: boolean | undefined }): boolean
  /** Resource attributes of the provider that was joined, if any. */
  joinedResource: Attributes | undefined
  /** Sends a span that is still open, beside the books: it is counted when it ends. */
  sendOpen(span: EndedSpan): void
  /**
   * A span of another library began in a provider that we joined, below what was active then.
   */
  foreignStarted(span: ForeignSpan, parent: OtelSpan | undefined): void
  /** A span of another library ended. @returns the trace that it is in, where it can be read */
  foreignEnded(span: ForeignSpan): TraceRecord | undefined
  /** Sends what is waiting; resolves when nothing is left or the time is up. */
  flush(timeoutMs: number): Promise<void>
  /** {@link Pipeline.flush}, then no more: what is left is dropped and counted. */
  shutdown(timeoutMs: number): Promise<void>
  /** Spans and trace data that have not been delivered. */
  unsent(): number
  /** Called whenever there is something to deliver. */
  onWork: (() => void) | undefined
  /** Called when it is known how a span fared at a target. */
  onSettled: ((span: EndedSpan, fate: Fate) => void) | undefined
  /** Called when nothing is left to deliver. */
  onIdle: (() => void) | undefined
  /** Name of the first agent that ran, by whatever library: MLflow's experiment is named after it where nothing else is. */
  agentName: string | undefined
  /** What has not been delivered, by target; see {@link Pipeline.settleUndelivered}. */
  undelivered(): readonly Undelivered[]
  /**
   * Somebody else delivered what {@link Pipeline.undelivered} gave, or gave it up; what is on disk stays there then.
   *
   * @returns how many are lost now, and how many are on disk only
   */
  settleUndelivered(fateOf: (index: number, span: EndedSpan) => Fate): {
    readonly lost: number
    readonly spooled: number
  }
  /** Leaves spans that were not delivered to the next process, as far as it can. @returns how many, and why not all */
  leave(index: number, spans: readonly EndedSpan[]): Left
  /** There may be something to send that former processes have left. */
  hasLeftovers(): boolean
  /** What is unsent waits for receivers that may still come up, not for somebody to put something right. */
  mayComeUp(): boolean
  /** Leaves what is on disk to whoever comes next. */
  releaseDisk(): void
  /** ID of the last trace whose local root ended. */
  lastTraceId: string | undefined
}

/** What waits for one target, by its place in the list of targets. */
export interface Undelivered {
  readonly index: number
  readonly spans: readonly EndedSpan[]
  readonly completions: readonly TraceCompletion[]
  /** Delivers spans at once; see {@link SpanTarget.sendNow}. */
  readonly sendNow?: SpanTarget['sendNow']
}

// Longest that `keep: 'agent'` lets a span wait for an ancestor that does not end.
const MOST_HELD_MS = 30_000
/** What is said of traces beside their spans may take so much of the memory for those. */
const COMPLETIONS_SHARE = 8
const DEFAULT_MOST_SPANS = 1_000_000

export function createPipeline(config: Config, targets: readonly SpanTarget[], counts: Counts): Pipeline {
  const traces = createTraceTable()
  const progress = new Map<EndedSpan, Ticket>()
  // Spans that were sent while they were open, and are not in the books.
  const beside = new WeakSet<EndedSpan>()
  let anyBeside = false
  const tickets = createTickets(counts)
  const filter = config.keep === 'agent' ? createKeepFilter(() => counts.settled('filtered')) : undefined
  let holdTimer: Timer | undefined

  const noteIdle = (): void => {
    if (pipeline.unsent() === 0) pipeline.onIdle?.()
  }

  /** @param given - another thread has sent it, and what follows it */
  const settled = (lane: Lane, span: EndedSpan, fate: Fate, given = false): void => {
    if (hasOneWay) {
      if (!isBeside(span)) settledAtOnce(lane, span, fate, given)
    } else {
      const ticket = progress.get(span)
      if (ticket !== undefined) {
        if (fate === 'sent' && !given) tell(lane, span)
        if (tickets.settled(ticket, fate)) progress.delete(span)
      }
    }
    pipeline.onSettled?.(span, fate)
    if (lane.queue.size() === 0) noteIdle()
  }

  /** With one target and no disk a span fares one way, and its fate needs no ticket to be kept on. */
  const settledAtOnce = (lane: Lane, span: EndedSpan, fate: Fate, given: boolean): void => {
    if (fate === 'sent' && !given) tell(lane, span)
    if (fate === 'spooled') counts.spooled(1)
    else counts.settled(fate)
  }

  const isBeside = (span: EndedSpan): boolean => anyBeside && beside.has(span)

  const settledOnDisk = (ticket: Ticket | undefined, fate: Fate): void => {
    if (fate === 'spooled') return
    tickets.settledOnDisk(ticket ?? onlyOnDisk(), fate)
    noteIdle()
  }

  const spoolOf = (target: SpanTarget, lane: () => Lane): QueueSpool | undefined =>
    target.disk && {
      encode: target.disk.encode,
      isFinal: target.disk.isFinal,
      disk: target.disk.open({
        lost(gone, reason) {
          for (const ticket of gone) settledOnDisk(ticket, { dropped: reason })
        },
        found: () => lane().queue.wake(),
      }),
      deferred(span) {
        const ticket = progress.get(span)
        if (ticket === undefined) return undefined
        if (tickets.deferred(ticket)) progress.delete(span)
        return lanes.length > 1 ? ticket : undefined
      },
      settled(stored, fate) {
        if (fate === 'sent') tellStored(lane(), stored)
        if (stored.own) settledOnDisk(stored.ticket, fate)
      },
    }

  const lanes: Lane[] = targets.map((target, index) => {
    const spool = spoolOf(target, () => lane)
    const completions = target.complete && createCompletions(target, config.maxQueueBytes / COMPLETIONS_SHARE)
    const complaints = createComplaints(target)
    const options: QueueOptions = {
      maxBytes: config.maxQueueBytes,
      maxSpans: config.maxQueueSpans ?? DEFAULT_MOST_SPANS,
      batchSpans: config.batch.maxSpans,
      delayMs: config.batch.delayMs,
      complaints,
      settled: (span, fate) => settled(lane, span, fate),
      spool,
    }
    const queue = createQueue(target, options)
    const lane: Lane = {
      target,
      completions,
      index,
      spool,
      complaints,
      leftovers: createLeftovers({ index, completions }, target, options),
      queue: target.handOver
        ? handedOver(queue, target.handOver, {
            ...options,
            settled: (span, fate) => settled(lane, span, fate, true),
          })
        : queue,
    }
    return lane
  })

  const hasOneWay = lanes.length === 1 && lanes[0]?.spool === undefined

  const leave = (span: EndedSpan): void => {
    const whole = spanSize(span)
    const fits = whole.wire <= config.limits.maxSpanBytes
    const fitted = fits ? span : fitSpan(span, config.limits.maxSpanBytes)
    const size = fits ? whole : spanSize(fitted)
    if (isLocalRoot(span)) span.trace.root = departed(span)
    if (!hasOneWay) progress.set(fitted, tickets.issue(lanes.length))
    for (const lane of lanes) lane.queue.push(fitted, size, write(lane, fitted))
    pipeline.onWork?.()
  }

  const release = (): void => {
    realTime.stop(holdTimer)
    holdTimer = undefined
    for (const span of filter?.release() ?? []) leave(span)
  }

  const take = (span: EndedSpan): void => {
    counts.ended()
    try {
      accept(span)
    } catch {
      // The end of the stack, somewhere on the way.
      withEmptyStack(() => takeAgain(span))
    }
  }

  const takeAgain = (span: EndedSpan): void => {
    try {
      if (!lanes.some(({ queue }) => queue.contents().includes(span))) accept(span)
    } catch (thrown) {
      sayUnencodable(span, messageOf(thrown))
      counts.settled({ dropped: 'unencodable' })
      progress.delete(span)
    }
    for (const { queue } of lanes) queue.wake()
  }

  const accept = (span: EndedSpan): void => {
    if (isLocalRoot(span)) pipeline.lastTraceId = span.traceId
    pipeline.agentName ??= agentNameOf(span)
    traces.touched(span.trace)
    if (!span.trace.sampled) {
      counts.settled('unsampled')
      return
    }
    if (filter === undefined) {
      leave(span)
      return
    }
    for (const ready of filter.take(span)) leave(ready)
    if (filter.held() > config.maxQueueBytes) release()
    if (filter.waiting() > 0 && holdTimer === undefined) {
      holdTimer = withoutHold(realTime.start(release, MOST_HELD_MS))
      pipeline.onWork?.()
    }
  }

  /** A copy of `span`, and its trace; where there can be none, that is counted and said. */
  const readForeign = (span: ForeignSpan): { copy: EndedSpan; trace: TraceRecord } | undefined => {
    try {
      foreignContext(span)
      const trace = traceOfEnded(pipeline, span)
      return { copy: copyForeignSpan(span, trace, config), trace }
    } catch (thrown) {
      counts.ended()
      counts.settled({ dropped: 'unreadable' })
      sayUnreadable(thrown)
      return undefined
    }
  }

  const pipeline: Pipeline = {
    config,
    traces,
    captureContent: config.captureContent,
    limits: config.limits,
    redact: config.redact,
    openContent: createOpenContent(config.maxQueueBytes, () => sayOpenContent(config.maxQueueBytes)),
    joinedResource: undefined,
    onWork: undefined,
    onSettled: undefined,
    onIdle: undefined,
    agentName: undefined,
    experiment: ownExperiment(config),
    lastTraceId: undefined,
    began: undefined,
    ended: take,
    sendOpen(span) {
      const fitted = fitSpan(span, config.limits.maxSpanBytes)
      beside.add(fitted)
      anyBeside = true
      for (const lane of lanes) lane.queue.push(fitted, spanSize(fitted))
      pipeline.onWork?.()
    },
    sampled: (traceId, options) => isSampled(traceId, config.sampler, options),
    foreignStarted(span, parent) {
      const context = spanContextOf(span)
      // One without IDs cannot be read; its end says so.
      if (!isSpanContextValid(context)) return
      const { spanId } = context
      const trace = traceOfStarted(pipeline, span, parent)
      traces.add(trace)
      trace.open.set(spanId, openForeign(spanId, span, trace))
    },
    foreignEnded(span) {
      const read = readForeign(span)
      if (read === undefined) return undefined
      const { copy, trace } = read
      const { spanId, traceFlags } = copy
      const open = trace.open.get(spanId) ?? openForeign(spanId, span, trace)
      trace.open.delete(spanId)
      addForeignUsage(open, copy)
      trace.startMs = Math.min(trace.startMs, msOfHrTime(copy.startTime))
      trace.endMs = Math.max(trace.endMs, msOfHrTime(copy.endTime))
      if ((traceFlags & 1) === 0) {
        counts.ended()
        traces.touched(trace)
        counts.settled('unsampled')
        return trace
      }
      take(copy)
      return trace
    },
    async flush(timeoutMs) {
      const deadline = monotonicMs() + timeoutMs
      release()
      await Promise.all(
        lanes.flatMap(({ queue, leftovers }) => [queue.flush(deadline), leftovers?.flush(deadline)]),
      )
      await Promise.all(lanes.map((lane) => lane.completions?.flush(deadline)))
    },
    async shutdown(timeoutMs) {
      await pipeline.flush(timeoutMs)
      for (const lane of lanes) {
        lane.queue.close('shutdown')
        lane.completions?.close()
        lane.leftovers?.close()
        lane.spool?.disk.release()
      }
      await Promise.all(lanes.map((lane) => lane.target.shutdown()))
    },
    undelivered() {
      release()
      return lanes.map((lane, index) => ({
        index,
        spans: lane.queue.contents(),
        ...(lane.target.sendNow && { sendNow: lane.target.sendNow }),
        completions: [
          ...(lane.completions?.contents() ?? []),
          ...lane.queue.contents().flatMap((span) => due(lane, span) ?? []),
        ],
      }))
    },
    settleUndelivered(fateOf) {
      const before = lostIn(counts.report())
      let all = true
      for (const { queue, completions, index } of lanes) {
        queue.settleAll((span) => {
          const fate = fateOf(index, span)
          all &&= fate === 'sent'
          return fate
        })
        if (all) completions?.clear()
      }
      const after = counts.report()
      return { lost: lostIn(after) - before, spooled: after.spooled }
    },
    leave: (index, spans) => lanes[index]?.leftovers?.keep(spans) ?? { kept: 0 },
    hasLeftovers: () => lanes.some(({ leftovers }) => leftovers?.any() ?? false),
    mayComeUp: () => lanes.some(({ queue, complaints }) => queue.size() > 0 && !complaints.needsHelp()),
    releaseDisk() {
      for (const { spool, leftovers } of lanes) {
        spool?.disk.release()
        leftovers?.close()
      }
    },
    unsent() {
      const queued = lanes.reduce((sum, lane) => sum + lane.queue.size() + (lane.completions?.size() ?? 0), 0)
      return queued + (filter?.waiting() ?? 0)
    },
  }
  return pipeline
}

function agentNameOf({ attributes }: EndedSpan): string | undefined {
  const name = attributes[keys.AGENT_NAME]
  return typeof name === 'string' && name !== '' ? name : undefined
}

const lostIn = ({ dropped }: Report): number => Object.values(dropped).reduce((sum, n) => sum + n, 0)

/** The ticket of a span that is at its only target on disk only: there are too many of them to keep one for each. */
const onlyOnDisk = (): Ticket => ({ left: 1, inMemory: 0, worst: 'sent' })

function openForeign(spanId: string, span: ForeignSpan, trace: TraceRecord): OpenSpan {
  const parent = parentIdOf(span)
  return {
    spanId,
    foreign: true,
    parent: parent === undefined ? undefined : trace.open.get(parent),
    usageBelow: undefined,
    modelsBelow: undefined,
  }
}

/** What a model call of another library used counts for the agent above it. */
function addForeignUsage(open: OpenSpan, span: EndedSpan): void {
  const { attributes } = span
  const model =
    attributes[keys.RESPONSE_MODEL] ?? attributes[keys.REQUEST_MODEL] ?? attributes['llm.model_name']
  const provider = attributes[keys.PROVIDER_NAME] ?? attributes[keys.SYSTEM]
  sumUpUsage(open, SpanType.UNKNOWN, {
    usage: usageOfAttributes(attributes),
    model: model === undefined ? undefined : String(model),
    provider: provider === undefined ? undefined : String(provider),
  })
}
