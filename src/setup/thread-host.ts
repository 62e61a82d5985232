import type { BroadcastChannel, Worker } from 'node:worker_threads'
import { createExportStatistics } from '../export/statistics/export-statistics.ts'
import type { SpanOutcome } from '../export/statistics/span-outcome.ts'
import { processWide } from '../runtime/registry.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { type TraceRecord, takeOver } from '../span/trace-record.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { arrivedSpan } from './arrived-span.ts'
import { buildPipeline } from './build-pipeline.ts'
import { hookEnds } from './end-hooks.ts'
import { watchExit } from './exit.ts'
import {
  type FromHost,
  type Given,
  type GuestConditions,
  listen,
  type ToHost,
  takeAll,
} from './thread-messages.ts'

/** The way to one worker. */
interface Link {
  readonly channel: BroadcastChannel
  /** By the worker's number for it. */
  readonly guests: Map<number, Guest>
  outcomes: [id: number, outcome: SpanOutcome][]
  isOver: boolean
}

/** Delivers spans of workers, as these would: one for all that are configured alike. */
interface Guest {
  readonly pipeline: Pipeline
  readonly owners: WeakMap<EndedSpan, readonly [link: Link, id: number]>
  /** Records of their traces, the newest last: spans of one trace come one by one, and share what is said of it. */
  readonly traces: Map<string, TraceRecord>
}

interface State {
  readonly guests: Map<string, Guest>
  readonly links: Set<Link>
}

const MAX_TRACES = 1000

const state = (): State => processWide('thread-host', (): State => ({ guests: new Map(), links: new Set() }))

/** Delivers the spans that come from `worker` by `channel`, until it has ended: `over` is called then. */
export function hostThread(worker: Worker, channel: BroadcastChannel, over: () => void): void {
  const link: Link = { channel, guests: new Map(), outcomes: [], isOver: false }
  const { links } = state()
  links.add(link)
  hookEnds({ collect, guests })
  listen<ToHost>(channel, (message) => take(link, message))
  const ended = (): void => {
    collectFrom(link)
    link.isOver = true
    links.delete(link)
    over()
  }
  // Node takes the number away from one that has ended.
  if (worker.threadId < 0) ended()
  else worker.once('exit', ended)
}

function guests(): readonly Pipeline[] {
  collect()
  return [...state().guests.values()].map(({ pipeline }) => pipeline)
}

/** Takes what workers have given, without the event loop. */
function collect(): void {
  state().links.forEach(collectFrom)
}

const collectFrom = (link: Link): void => takeAll<ToHost>(link.channel, (message) => take(link, message))

function post(link: Link, message: FromHost): void {
  if (!link.isOver) link.channel.postMessage(message)
}

function take(link: Link, message: ToHost): void {
  if ('flush' in message) {
    void flush(link, message.timeoutMs).then(() => post(link, { flushed: message.flush }))
    return
  }
  for (const given of message.given) takeOne(link, given)
}

function takeOne(link: Link, { span, id, guest: number, conditions }: Given): void {
  if (conditions !== undefined) link.guests.set(number, guestOf(conditions))
  const guest = link.guests.get(number)
  if (guest === undefined) return
  const taken: EndedSpan = { ...arrivedSpan(span), trace: traceOf(guest, span.trace) }
  guest.owners.set(taken, [link, id])
  guest.pipeline.ended(taken)
}

async function flush(link: Link, timeoutMs: number): Promise<void> {
  const pipelines = new Set([...link.guests.values()].map(({ pipeline }) => pipeline))
  await Promise.all([...pipelines].map((pipeline) => pipeline.exporter.flush(timeoutMs)))
  report(link)
}

function guestOf({ config, attachedResource, agentName }: GuestConditions): Guest {
  const all = state().guests
  const key = JSON.stringify([config, attachedResource])
  const known = all.get(key)
  if (known !== undefined) return known
  const pipeline = buildPipeline(config, createExportStatistics())
  pipeline.attachedResource = attachedResource
  pipeline.agentName = agentName
  const guest: Guest = { pipeline, owners: new WeakMap(), traces: new Map() }
  pipeline.onSettled((span, outcome) => {
    const owner = guest.owners.get(span)
    if (owner !== undefined) note(owner, outcome)
  })
  all.set(key, guest)
  watchExit(pipeline)
  return guest
}

/** What is settled at the same time is reported at once. */
function note([link, id]: readonly [Link, number], outcome: SpanOutcome): void {
  if (link.outcomes.length === 0) queueMicrotask(() => report(link))
  link.outcomes.push([id, outcome])
}

function report(link: Link): void {
  const { outcomes } = link
  link.outcomes = []
  if (outcomes.length > 0) post(link, { outcomes })
}

function traceOf({ traces }: Guest, arrived: TraceRecord): TraceRecord {
  const known = traces.get(arrived.traceId)
  if (known === arrived) return arrived
  traces.delete(arrived.traceId)
  if (known !== undefined) takeOver(known, arrived)
  const trace = known ?? arrived
  traces.set(arrived.traceId, trace)
  const [oldest] = traces.keys()
  if (traces.size > MAX_TRACES && oldest !== undefined) traces.delete(oldest)
  return trace
}
