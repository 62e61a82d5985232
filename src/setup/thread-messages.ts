import type { BroadcastChannel, MessagePort } from 'node:worker_threads'
import type { Config } from '../config/config.ts'
import type { SpanOutcome } from '../export/statistics/span-outcome.ts'
import { VERSION } from '../runtime/version.ts'
import type { Attributes } from '../span/attributes.ts'
import type { EndedSpan } from '../span/ended-span.ts'

/** Whether a main thread can deliver for its workers: Bun and Deno do not tell of those that are started. */
export const hasHosts = (): boolean =>
  process.versions.bun === undefined && process.versions.deno === undefined

/** Under this name the main thread gives all workers that it starts from now on its {@link Roll}. */
export const HOST: string = `turnspan.host@${VERSION}`

/**
 * In memory that all threads share: a byte for each worker that the main thread listens to. It knows the workers that it
 * has started, and not those that these start.
 */
export type Roll = Uint8Array<SharedArrayBuffer>

/** Many more than a process has at a time; numbers of threads are never used again. */
const MAX_THREADS = 1 << 14

export const newRoll = (): Roll => new Uint8Array(new SharedArrayBuffer(MAX_THREADS))

/** Whether the main thread listens to the worker `threadId`. */
export const isHeard = (roll: Roll, threadId: number): boolean =>
  Atomics.load(roll, threadId % MAX_THREADS) === 1

export function setHeard(roll: Roll, threadId: number, heard: boolean): void {
  Atomics.store(roll, threadId % MAX_THREADS, heard ? 1 : 0)
}

/** What the main thread and one worker talk by. No other thread listens to it. */
export const channelName = (threadId: number): string => `${HOST} ${threadId}`

/** Takes what has come by `channel`, without the event loop. */
export function takeAll<Message>(channel: BroadcastChannel, take: (message: Message) => void): void {
  const { receiveMessageOnPort } = process.getBuiltinModule('node:worker_threads')
  // It takes these as well, which its types do not know.
  const port = channel as unknown as MessagePort
  let received = receiveMessageOnPort(port)
  while (received !== undefined) {
    take(received.message as Message)
    received = receiveMessageOnPort(port)
  }
}

/** Has `take` called with what comes by `channel`, which does not keep the thread alive. */
export function listen<Message>(channel: BroadcastChannel, take: (message: Message) => void): void {
  channel.onmessage = (event) => take((event as unknown as { data: Message }).data)
  channel.unref()
}

/** How spans of a worker are to be delivered: as it would itself, to one target. */
export interface GuestConditions {
  readonly config: Config
  readonly attachedResource: Attributes | undefined
  readonly agentName: string | undefined
}

/** A span that a worker gives away. */
export interface Given {
  readonly span: EndedSpan
  readonly id: number
  /** Number of its conditions, which come with the first span only. */
  readonly guest: number
  readonly conditions?: GuestConditions
}

/** A worker gives spans, or asks for all that it has given. */
export type ToHost =
  | { readonly given: readonly Given[] }
  | { readonly flush: number; readonly timeoutMs: number }

/** The main thread says how spans have fared, or that it has sent all. */
export type FromHost =
  | { readonly outcomes: readonly (readonly [id: number, outcome: SpanOutcome])[] }
  | { readonly flushed: number }
