import type { BroadcastChannel, MessagePort } from 'node:worker_threads'
import { within } from '../export/queue/wait.ts'
import { sayUnencodable } from '../export/statistics/export-diagnostics.ts'
import type { SpanOutcome } from '../export/statistics/span-outcome.ts'
import type { HandOver } from '../export/targets/hand-over.ts'
import { programName } from '../modules/program-name.ts'
import { monotonicMs } from '../runtime/clock.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { realTime, type Timer, withoutHold } from '../runtime/real-time.ts'
import { processWide } from '../runtime/registry.ts'
import type { Attributes } from '../span/attributes.ts'
import { isLocalRoot, plainSpan } from '../span/ended-span.ts'
import { detachedRecord, type TraceRecord } from '../span/trace-record.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { hookEnds } from './end-hooks.ts'
import { conditionsOf } from './exit-work.ts'
import {
  channelName,
  type FromHost,
  type Given,
  type GuestConditions,
  HOST,
  hasHosts,
  isHeard,
  listen,
  type Roll,
  type ToHost,
  takeAll,
} from './thread-messages.ts'

/** The way of this worker to the main thread. */
interface Link {
  readonly channel: BroadcastChannel
  readonly given: Map<number, (outcome: SpanOutcome) => void>
  readonly flushes: Map<number, () => void>
  /** Has still to go over. */
  waiting: Given[]
  timer: Timer | undefined
  readonly roll: Roll
  readonly threadId: number
  count: number
}

/** So many spans of a trace that is not over go over at once, and none of them waits longer than this. */
const MAX_WAITING = 100
const WAIT_MS = 100

interface State {
  link?: Link | undefined
}

/**
 * Where this thread is a worker, and the main thread traces as well: that one delivers. A worker may be terminated at
 * any time, as pools do, and runs no code then; and a pool may stop its event loop between tasks.
 *
 * @param index - of the target
 */
export function handOverTo(pipeline: () => Pipeline, index: number): HandOver | undefined {
  const port = workerPort()
  if (port === undefined) return undefined
  const { link } = processWide('thread-guest', (): State => ({ link: openLink() }))
  if (link === undefined) return alone(port)
  let guest: { number: number; attachedResource: Attributes | undefined } | undefined
  return {
    isReady() {
      hear(link)
      if (isHeard(link.roll, link.threadId)) return true
      noteAlone(port)
      return false
    },
    give(span, settled) {
      const { attachedResource } = pipeline()
      const id = next(link)
      const isNew = guest === undefined || guest.attachedResource !== attachedResource
      if (guest === undefined || isNew) guest = { number: next(link), attachedResource }
      const conditions = isNew && { conditions: guestConditions(pipeline(), index) }
      link.waiting.push({ span, id, guest: guest.number, ...conditions })
      link.given.set(id, settled)
      // A trace goes whole, unless it takes long: one message costs more than what is in it.
      if (isLocalRoot(span) || link.waiting.length >= MAX_WAITING) giveAway(link)
      else link.timer ??= withoutHold(realTime.start(() => giveAway(link), WAIT_MS))
    },
    flush: (deadline) => flush(link, deadline),
  }
}

/** How this thread, a worker, is spoken to; `undefined` for any other. */
function workerPort(): MessagePort | undefined {
  // Not imported: it would load the module in every process.
  const threads = process.getBuiltinModule?.('node:worker_threads')
  return threads?.isMainThread === false ? (threads.parentPort ?? undefined) : undefined
}

/** For targets that work in the thread only that they are in: no other one delivers in our place. */
export function aloneInWorker(): HandOver | undefined {
  const port = workerPort()
  return port && alone(port, 'Call "await flushTraces()" before a task is over.')
}

const alone = (port: MessagePort, remedy?: string): HandOver => ({
  isReady() {
    noteAlone(port, remedy)
    return false
  },
  give() {},
  flush: async () => {},
})

/** Where it may lose something that this thread delivers by itself, it is said. */
function noteAlone(port: MessagePort, given?: string): void {
  // One that hears nothing ends by itself, and has its time then.
  if (port.listenerCount('message') === 0) return
  const remedy =
    given ??
    (hasHosts()
      ? 'Call init() in the main thread before it starts workers, so that it delivers their spans; or use the option spool.'
      : 'Use the option spool.')
  diagnoseOnce(
    'warn',
    'TS_WORKER_ALONE',
    `This worker thread delivers its spans itself, and the spans that it still holds are lost when it is terminated, which worker pools do. ${remedy}`,
  )
}

function openLink(): Link | undefined {
  const threads = process.getBuiltinModule('node:worker_threads')
  const roll: unknown = hasHosts() ? threads.getEnvironmentData(HOST) : undefined
  if (!(roll instanceof Uint8Array)) return undefined
  const { threadId } = threads
  const channel = new threads.BroadcastChannel(channelName(threadId))
  const link: Link = {
    channel,
    given: new Map(),
    flushes: new Map(),
    waiting: [],
    timer: undefined,
    roll: roll as Roll,
    threadId,
    count: 0,
  }
  listen<FromHost>(channel, (message) => heard(link, message))
  hookEnds({ collect: () => giveAway(link) })
  return link
}

const next = (link: Link): number => {
  link.count += 1
  return link.count
}

/** Sends what waits; before the end of this thread, too. */
function giveAway(link: Link): void {
  realTime.stop(link.timer)
  link.timer = undefined
  const { waiting } = link
  link.waiting = []
  if (waiting.length === 0) return
  try {
    post(link, { given: transferable(waiting) })
  } catch {
    // One of them holds what cannot go over. What goes alone harms no other.
    for (const one of waiting) giveAlone(link, one)
  }
}

function giveAlone(link: Link, one: Given): void {
  try {
    post(link, { given: transferable([one]) })
  } catch (thrown) {
    sayUnencodable(one.span, messageOf(thrown))
    link.given.get(one.id)?.({ dropped: 'unencodable' })
    link.given.delete(one.id)
  }
}

/** Spans as another thread can take them; those of one trace still share what is known of it. */
function transferable(all: readonly Given[]): Given[] {
  const traces = new Map<TraceRecord, TraceRecord>()
  return all.map((one) => {
    const { trace } = one.span
    const detached = traces.get(trace) ?? detachedRecord(trace)
    traces.set(trace, detached)
    return { ...one, span: { ...plainSpan(one.span), trace: detached } }
  })
}

const post = ({ channel }: Link, message: ToHost): void => channel.postMessage(message)

/** A thread that only computes has no event loop to hear by. */
const hear = (link: Link): void => takeAll<FromHost>(link.channel, (message) => heard(link, message))

function heard(link: Link, message: FromHost): void {
  if ('flushed' in message) link.flushes.get(message.flushed)?.()
  else
    for (const [id, outcome] of message.outcomes) {
      const settled = link.given.get(id)
      link.given.delete(id)
      settled?.(outcome)
    }
}

async function flush(link: Link, deadline: number): Promise<void> {
  giveAway(link)
  hear(link)
  const timeoutMs = deadline - monotonicMs()
  if (link.given.size === 0 || timeoutMs <= 0) return
  const number = next(link)
  const flushed = new Promise<void>((resolve) => link.flushes.set(number, resolve))
  post(link, { flush: number, timeoutMs })
  link.channel.ref()
  await within(flushed, deadline)
  link.flushes.delete(number)
  if (link.flushes.size === 0) link.channel.unref()
}

function guestConditions(pipeline: Pipeline, index: number): GuestConditions {
  const { config } = conditionsOf(pipeline)
  return {
    // What was kept, and what was cut, was decided here.
    config: { ...config, targets: config.targets.slice(index, index + 1), console: false, keep: 'all' },
    attachedResource: pipeline.attachedResource,
    agentName: pipeline.agentName ?? programName(),
  }
}
