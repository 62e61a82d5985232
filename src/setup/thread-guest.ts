import type { BroadcastChannel, MessagePort } from 'node:worker_threads'
import type { HandOver } from '../delivery/hand-over.ts'
import type { Pipeline } from '../delivery/pipeline.ts'
import type { Fate } from '../delivery/queue.ts'
import { within } from '../delivery/wait.ts'
import { programName } from '../modules/program-name.ts'
import { monotonicMs } from '../runtime/clock.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { processWide } from '../runtime/registry.ts'
import type { Content } from '../span/content/content.ts'
import type { Attributes, EndedSpan } from '../span/ended-span.ts'
import { conditionsOf, detachedSpan } from './exit-work.ts'
import {
  channelName,
  type FromHost,
  type GuestConditions,
  HOST,
  isHeard,
  listen,
  type Roll,
  type ToHost,
  takeAll,
} from './thread-messages.ts'

/** The way of this worker to the main thread. */
interface Link {
  readonly channel: BroadcastChannel
  readonly given: Map<number, (fate: Fate) => void>
  readonly flushes: Map<number, () => void>
  readonly roll: Roll
  readonly threadId: number
  count: number
}

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
  let guest: { number: number; joinedResource: Attributes | undefined } | undefined
  return {
    isReady() {
      hear(link)
      return isHeard(link.roll, link.threadId)
    },
    give(span, settled) {
      const { joinedResource } = pipeline()
      const id = next(link)
      const whole = compact(detachedSpan(span))
      if (guest === undefined || guest.joinedResource !== joinedResource) {
        const number = next(link)
        post(link, { span: whole, id, guest: number, conditions: guestConditions(pipeline(), index) })
        guest = { number, joinedResource }
      } else post(link, { span: whole, id, guest: guest.number })
      link.given.set(id, settled)
    },
    flush: (deadline) => flush(link, deadline),
  }
}

/** How this thread, a worker on Node, is spoken to; `undefined` for any other. */
function workerPort(): MessagePort | undefined {
  const { bun, deno } = process.versions
  if (bun !== undefined || deno !== undefined) return undefined
  // Not imported: it would load the module in every process.
  const threads = process.getBuiltinModule?.('node:worker_threads')
  return threads?.isMainThread === false ? (threads.parentPort ?? undefined) : undefined
}

/** Nobody delivers in our place. Where that may lose something, it is said. */
const alone = (port: MessagePort): HandOver => ({
  isReady() {
    // One that hears nothing ends by itself, and has its time then.
    if (port.listenerCount('message') > 0) sayAlone()
    return false
  },
  give() {},
  flush: async () => {},
})

function sayAlone(): void {
  diagnoseOnce(
    'warn',
    'TS_WORKER_ALONE',
    'This worker thread delivers its spans itself, and what it still has is lost when it is terminated, as pools of workers do. Call init() in the main thread too, before workers are started: it delivers for them then.',
  )
}

function openLink(): Link | undefined {
  const threads = process.getBuiltinModule('node:worker_threads')
  const roll: unknown = threads.getEnvironmentData(HOST)
  if (!(roll instanceof Uint8Array)) return undefined
  const { threadId } = threads
  const channel = new threads.BroadcastChannel(channelName(threadId))
  const link: Link = { channel, given: new Map(), flushes: new Map(), roll: roll as Roll, threadId, count: 0 }
  listen<FromHost>(channel, (message) => heard(link, message))
  return link
}

const next = (link: Link): number => {
  link.count += 1
  return link.count
}

const post = ({ channel }: Link, message: ToHost): void => channel.postMessage(message)

/** A thread that only computes has no event loop to hear by. */
const hear = (link: Link): void => takeAll<FromHost>(link.channel, (message) => heard(link, message))

function heard(link: Link, message: FromHost): void {
  if ('flushed' in message) link.flushes.get(message.flushed)?.()
  else
    for (const [id, fate] of message.fates) {
      const settled = link.given.get(id)
      link.given.delete(id)
      settled?.(fate)
    }
}

async function flush(link: Link, deadline: number): Promise<void> {
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
    joinedResource: pipeline.joinedResource,
    agentName: pipeline.agentName ?? programName(),
  }
}

/** With its content in memory of its own: what goes to another thread takes all of the memory along that it lies in. */
function compact(span: EndedSpan): EndedSpan {
  const { agent } = span
  if (agent?.inputs === undefined && agent?.outputs === undefined) return span
  return {
    ...span,
    agent: {
      ...agent,
      inputs: agent.inputs && cut(agent.inputs),
      outputs: agent.outputs && cut(agent.outputs),
    },
  }
}

const cut = ({ buffer, start, end }: Content): Content => ({
  buffer: Buffer.from(new Uint8Array(buffer.subarray(start, end)).buffer),
  start: 0,
  end: end - start,
})
