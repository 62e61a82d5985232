import { messageOf } from '../../runtime/errors.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import { describeRecord } from '../spool/describe-record.ts'
import { ACCEPTED, type ExportResult } from '../statistics/export-result.ts'
import { acceptedAnswer } from '../statistics/receiver-diagnostics.ts'
import type { TransportResult } from '../transport/sender.ts'
import { toSend } from './double-export.ts'
import { type Body, OtlpReceiver, type OtlpTargetParts } from './otlp-receiver.ts'
import { type Placing, sendPlaced } from './send-placed.ts'
import type { SpanTarget } from './target.ts'

/** A target that takes OTLP, over HTTP or gRPC. */
export function createOtlpTarget(parts: OtlpTargetParts): SpanTarget {
  const receiver = new OtlpReceiver(parts)
  let verified = false

  const placing = (): Placing => receiver.companion
  const noteExpected = ({ trace }: EndedSpan): void => {
    if (trace.remote && trace.experiment !== undefined)
      receiver.companion.places.expect(trace.traceId, trace.experiment)
  }
  const verifyOnce = (first: EndedSpan | undefined): void => {
    if (verified || first === undefined) return
    verified = true
    void receiver.companion.verifyStored(first.traceId)
  }

  return {
    get name() {
      return receiver.endpoint
    },
    async send(spans, isUrgent) {
      try {
        for (const span of spans) noteExpected(span)
        const traceIds = (): string[] => spans.map(({ traceId }) => traceId)
        const body: Body = (options) =>
          parts.serialiseInSlices(toSend(spans, parts.target, options), options, receiver.take, isUrgent)
        const sent = await sendPlaced(traceIds, placing, (place) => receiver.deliver(body, place, isUrgent))
        if ('kind' in sent) return sent
        if (sent.outcome === 'accepted') verifyOnce(spans[0])
        return answerOf(receiver.endpoint, sent, spans.length)
      } catch (thrown) {
        return failure(thrown)
      }
    },
    encode(span) {
      noteExpected(span)
      const { options } = receiver
      return options && parts.serialise([span], options)
    },
    async sendRecords(records, isUrgent) {
      try {
        // Records one after the other are a request.
        const bytes = Buffer.concat(records)
        const traceIds = (): string[] => records.map((record) => describeRecord(record).traceId)
        const sent = await sendPlaced(traceIds, placing, (place) =>
          receiver.deliver(() => bytes, place, isUrgent),
        )
        return 'kind' in sent ? sent : answerOf(receiver.endpoint, sent, records.length)
      } catch (thrown) {
        return failure(thrown)
      }
    },
    async sendTraceInfo(traceInfo) {
      try {
        await receiver.companion.finishTrace(traceInfo)
        return ACCEPTED
      } catch (thrown) {
        const answer = failure(thrown)
        const permanent = answer.kind === 'retry' && answer.slow
        return permanent ? { kind: 'refused', reason: answer.reason } : answer
      }
    },
    async shutdown() {
      receiver.close()
    },
  }
}

/** @param spans - how many were sent */
function answerOf(name: string, sent: TransportResult, spans: number): ExportResult {
  switch (sent.outcome) {
    case 'accepted':
      return acceptedAnswer(name, sent, spans)
    case 'retry':
      return {
        kind: 'retry',
        reason: sent.reason,
        ...(sent.afterMs !== undefined && { afterMs: sent.afterMs }),
      }
    case 'refused':
      return {
        kind: 'refused',
        reason: sent.reason,
        tooLarge: sent.tooLarge ?? false,
        ...(sent.serverFault && { serverFault: true }),
        ...(sent.unencodable && { unencodable: true }),
      }
    case 'unauthorized':
      return {
        kind: 'retry',
        slow: true,
        reason: `${sent.reason}. Check the token, token file or user name that is configured`,
      }
    case 'wrong-protocol':
      return {
        kind: 'retry',
        slow: true,
        reason: `${sent.reason}. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
      }
    case 'hold':
      return { kind: 'retry', slow: true, reason: sent.reason }
  }
}

/** Preparing failed: MLflow's own errors say whether the same may work later. */
function failure(thrown: unknown): ExportResult {
  const { retryable, retryAfterMs } = (thrown ?? {}) as { retryable?: boolean; retryAfterMs?: number }
  return {
    kind: 'retry',
    slow: retryable !== true,
    reason: messageOf(thrown),
    ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }),
  }
}
