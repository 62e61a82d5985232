import { type MessagePort, workerData } from 'node:worker_threads'
import type { Config } from '../config/config.ts'
import { ACCEPTED, type Answer } from '../delivery/answer.ts'
import type { Undelivered } from '../delivery/pipeline.ts'
import { resourceLike } from '../delivery/resource.ts'
import type { SpanTarget } from '../delivery/target.ts'
import { realTime, sleep } from '../runtime/real-time.ts'
import type { Attributes, EndedSpan } from '../span/ended-span.ts'
import { arrivedSpan } from './arrived-span.ts'
import { buildOtlpTarget, type OtlpParts } from './otlp-parts.ts'

/** What a thread must know to send spans of another one. */
export interface Conditions {
  readonly config: Config
  readonly resource: Attributes
  readonly agentName: string | undefined
}

/** What a process that ends leaves to its worker thread. */
export interface ExitWork extends Conditions {
  readonly lanes: readonly Undelivered[]
}

interface WorkerInput {
  readonly work: ExitWork
  /** Set to 1 when all is delivered, to 2 when something is not. */
  readonly done: Int32Array
  /** Takes the reason of the last failure, as UTF-8. */
  readonly reason: Uint8Array
  /** A byte for each span, lane after lane: set to 1 when the receiver has it. */
  readonly delivered: Uint8Array
  readonly timeoutMs: number
}

const RETRY_MS = 50

/** Delivers one target's share, trying again until the time is up. */
async function deliver(
  lane: Undelivered,
  work: ExitWork,
  limits: Limits,
  delivered: Uint8Array,
): Promise<boolean> {
  const sender = senderTo(lane.index, work)
  if (sender === undefined) return false
  const { maxSpans } = work.config.batch
  const spans = lane.spans.map(arrivedSpan)
  let all = true
  for (let at = 0; at < spans.length; at += maxSpans) {
    const batch = spans.slice(at, at + maxSpans)
    if (await sendAll(sender, batch, limits)) delivered.fill(1, at, at + batch.length)
    else all = false
  }
  for (const completion of lane.completions) {
    all = (await insist(limits, async () => settled(await sender.complete?.(completion)))) && all
  }
  return all
}

function senderTo(
  index: number,
  { config, resource, agentName }: Conditions,
  learned: OtlpParts['learned'] = () => {},
): SpanTarget | undefined {
  const target = config.targets[index]
  if (target === undefined) return undefined
  const made = resourceLike(resource)
  return buildOtlpTarget({ config, target, resource: () => made, agentName: () => agentName, learned })
}

type Settled = Exclude<Answer, { kind: 'mixed' }>
type Attempt = () => Promise<Settled>

/** Sends spans in one request, or in those into which the target says that they belong. */
async function sendAll(sender: SpanTarget, spans: readonly EndedSpan[], limits: Limits): Promise<boolean> {
  let parts: readonly (readonly EndedSpan[])[] = []
  const sent = await insist(limits, async () => {
    const answer = await sender.send(spans)
    if (answer.kind !== 'mixed') return answer
    parts = answer.parts.map((indices) => indices.flatMap((index) => spans[index] ?? []))
    return ACCEPTED
  })
  const results = await Promise.all(parts.map((part) => sendAll(sender, part, limits)))
  return sent && results.every(Boolean)
}

const settled = (answer: Answer | undefined): Settled =>
  answer === undefined || answer.kind === 'mixed' ? ACCEPTED : answer

interface Limits {
  readonly deadline: number
  /** Told why an attempt failed. */
  failed(reason: string): void
}

async function insist({ deadline, failed }: Limits, attempt: Attempt): Promise<boolean> {
  for (;;) {
    const answer = await attempt()
    if (answer.kind === 'accepted') return true
    failed(answer.reason)
    if (answer.kind !== 'retry' || answer.slow || realTime.uptimeMs() + RETRY_MS > deadline) return false
    await sleep(RETRY_MS)
  }
}

async function run({ work, done, reason, delivered, timeoutMs }: WorkerInput): Promise<void> {
  // Connections do not hold the event loop of their thread; this does, until the process ends or there is no use.
  const hold = realTime.start(() => {}, timeoutMs)
  const failed = (text: string): void => {
    reason.fill(0)
    new TextEncoder().encodeInto(text, reason)
  }
  const limits: Limits = { deadline: realTime.uptimeMs() + timeoutMs, failed }
  let before = 0
  const results = await Promise.all(
    work.lanes.map((lane) => {
      const own = delivered.subarray(before, before + lane.spans.length)
      before += lane.spans.length
      return deliver(lane, work, limits, own).catch(() => false)
    }),
  )
  Atomics.store(done, 0, results.every(Boolean) ? 1 : 2)
  Atomics.notify(done, 0)
  realTime.stop(hold)
}

/** A busy thread leaves some of its sending to this one. */
export interface HelperInput extends Conditions {
  /** Which of the targets it sends to. */
  readonly index: number
  /** Brings {@link HelperBatch}es, takes {@link HelperAnswer}s. */
  readonly port: MessagePort
}

export interface HelperBatch {
  readonly id: number
  /** A request, or spans where it is not known yet how the receiver wants them. */
  readonly request?: Uint8Array | undefined
  readonly spans?: readonly EndedSpan[] | undefined
}

export interface HelperAnswer {
  readonly id: number
  readonly answer: Answer
  /** Whether the receiver is an MLflow server, once that is known. */
  readonly mlflow: boolean | undefined
}

/** Sends batches as they come, one after the other, until the port is closed. */
function help({ port, index, ...conditions }: HelperInput): void {
  let mlflow: boolean | undefined
  const sender = senderTo(index, conditions, (receiver) => {
    mlflow = receiver.mlflow
  })
  const send = ({ request, spans = [] }: HelperBatch): Promise<Answer> | undefined =>
    request === undefined ? sender?.send(spans.map(arrivedSpan)) : sender?.sendRecords?.([request])
  let before: Promise<void> = Promise.resolve()
  port.on('message', (batch: HelperBatch) => {
    before = before.then(async () => {
      const answer: Answer = (await send(batch)) ?? { kind: 'retry', reason: 'there is no such target' }
      port.postMessage({ id: batch.id, answer, mlflow } satisfies HelperAnswer)
    })
  })
}

if ('port' in workerData) help(workerData as HelperInput)
else void run(workerData as WorkerInput)
