import { type MessagePort, workerData } from 'node:worker_threads'
import type { Config } from '../config/config.ts'
import { sendParts } from '../export/queue/send-parts.ts'
import { ACCEPTED, type ExportResult } from '../export/statistics/export-result.ts'
import type { Undelivered } from '../export/statistics/undelivered.ts'
import { resourceLike } from '../export/targets/resource.ts'
import type { SpanTarget } from '../export/targets/target.ts'
import { realTime, sleep } from '../runtime/real-time.ts'
import type { Attributes } from '../span/attributes.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { arrivedSpan } from './arrived-span.ts'
import { SPAN_DELIVERED, SPAN_REFUSED } from './exit-outcomes.ts'
import { buildOtlpTarget, type OtlpParts } from './otlp-parts.ts'

/** What a thread must know to send spans of another one. */
export interface Conditions {
  readonly config: Config
  readonly resource: Attributes
  readonly agentName: string | undefined
}

/** What a process that ends leaves to its worker thread. */
export interface ExitWork extends Conditions {
  readonly undelivered: readonly Undelivered[]
}

interface WorkerInput {
  readonly work: ExitWork
  /** Set to 1 when all is delivered, to 2 when something is not. */
  readonly done: Int32Array
  /** Takes the reason of the last failure, as UTF-8. */
  readonly reason: Uint8Array
  /** A byte for each span, target after target, for what has become of it: {@link SPAN_DELIVERED} or {@link SPAN_REFUSED}. */
  readonly outcomes: Uint8Array
  readonly timeoutMs: number
}

const RETRY_MS = 50

/** Delivers one target's share, trying again until the time is up. What the receiver refuses costs no other span. */
async function deliver(
  share: Undelivered,
  work: ExitWork,
  limits: Limits,
  outcomes: Uint8Array,
): Promise<boolean> {
  const sender = senderTo(share.index, work)
  if (sender === undefined) return false
  const { maxSpans } = work.config.batch
  const spans = share.spans.map((span, at): Placed => ({ span: arrivedSpan(span), at }))
  let all = true
  for (let at = 0; at < spans.length; at += maxSpans) {
    all = (await deliverBatch(spans.slice(at, at + maxSpans), sender, limits, outcomes)) && all
  }
  for (const traceInfo of share.traceInfo) {
    const answer = await insist(limits, async () => (await sender.sendTraceInfo?.(traceInfo)) ?? ACCEPTED)
    all = answer.kind === 'accepted' && all
  }
  return all
}

/** A span and its place among those of its target. */
interface Placed {
  readonly span: EndedSpan
  readonly at: number
}

async function deliverBatch(
  batch: readonly Placed[],
  sender: SpanTarget,
  limits: Limits,
  outcomes: Uint8Array,
): Promise<boolean> {
  let all = true
  const later = await sendParts(batch, {
    send: (items) => insist(limits, () => sender.send(items.map(({ span }) => span))),
    accepted(items, rejectedSpans) {
      for (const [i, { at }] of items.entries())
        outcomes[at] = i < rejectedSpans ? SPAN_REFUSED : SPAN_DELIVERED
      all &&= rejectedSpans === 0
    },
    // It is left to the next process, which can say so and set it aside.
    rejected() {
      all = false
    },
  })
  return all && later === undefined
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

interface Limits {
  readonly deadline: number
  /** Told why an attempt failed. */
  failed(reason: string): void
}

/** Attempts until there is an answer that trying again would not change, or until the time is up. */
async function insist(
  { deadline, failed }: Limits,
  attempt: () => Promise<ExportResult>,
): Promise<ExportResult> {
  for (;;) {
    const answer = await attempt()
    if (answer.kind === 'mixed') return answer
    if (answer.kind === 'accepted') {
      if ((answer.rejectedSpans ?? 0) > 0) failed(`the receiver refused some of them: ${answer.reason}`)
      return answer
    }
    failed(answer.reason)
    if (answer.kind !== 'retry' || answer.slow || realTime.uptimeMs() + RETRY_MS > deadline) return answer
    await sleep(RETRY_MS)
  }
}

async function run({ work, done, reason, outcomes, timeoutMs }: WorkerInput): Promise<void> {
  // Connections do not hold the event loop of their thread; this does, until the process ends or there is no use.
  const hold = realTime.start(() => {}, timeoutMs)
  const failed = (text: string): void => {
    reason.fill(0)
    new TextEncoder().encodeInto(text, reason)
  }
  const limits: Limits = { deadline: realTime.uptimeMs() + timeoutMs, failed }
  let before = 0
  const results = await Promise.all(
    work.undelivered.map((share) => {
      const own = outcomes.subarray(before, before + share.spans.length)
      before += share.spans.length
      return deliver(share, work, limits, own).catch(() => false)
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
  readonly answer: ExportResult
  /** Whether the receiver is an MLflow server, once that is known. */
  readonly mlflow: boolean | undefined
}

/** Sends batches as they come, one after the other, until the port is closed. */
function help({ port, index, ...conditions }: HelperInput): void {
  let mlflow: boolean | undefined
  const sender = senderTo(index, conditions, (receiver) => {
    mlflow = receiver.mlflow
  })
  const send = ({ request, spans = [] }: HelperBatch): Promise<ExportResult> | undefined =>
    request === undefined ? sender?.send(spans.map(arrivedSpan)) : sender?.sendRecords?.([request])
  let before: Promise<void> = Promise.resolve()
  port.on('message', (batch: HelperBatch) => {
    before = before.then(async () => {
      const answer: ExportResult = (await send(batch)) ?? { kind: 'retry', reason: 'there is no such target' }
      port.postMessage({ id: batch.id, answer, mlflow } satisfies HelperAnswer)
    })
  })
}

if ('port' in workerData) help(workerData as HelperInput)
else void run(workerData as WorkerInput)
