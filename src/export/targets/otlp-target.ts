import type { Config, TargetConfig } from '../../config/config.ts'
import type { TakeBuffer } from '../../otlp/request.ts'
import { diagnoseOnce } from '../../runtime/diagnostics.ts'
import { messageOf } from '../../runtime/errors.ts'
import { noteHeaders } from '../../runtime/secrets.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { ExportOptions } from '../../span/semconv/span-attributes.ts'
import { describeRecord } from '../spool/describe-record.ts'
import { ACCEPTED, type ExportResult } from '../statistics/export-result.ts'
import { acceptedAnswer } from '../statistics/receiver-diagnostics.ts'
import type { PendingTraceInfo } from '../trace-info/pending-trace-info.ts'
import { createGrpcSender } from '../transport/grpc-sender.ts'
import { createHttpSender } from '../transport/http-sender.ts'
import { createRequestBuffers } from '../transport/request-buffers.ts'
import type { Sender, TransportResult } from '../transport/sender.ts'
import { toSend } from './double-export.ts'
import { exportOptions } from './export-options.ts'
import { type Placing, sendPlaced } from './send-placed.ts'
import type { SpanTarget } from './target.ts'

/** What an OTLP target needs of the MLflow server that it may be. */
export interface Companion extends Placing {
  prepare(): Promise<{ readonly mlflow: boolean }>
  /** @param place - where the spans go that are not for the usual place */
  headers(place?: string): Promise<Record<string, string>>
  refreshAuth(): Promise<boolean>
  learnIsMlflow(): void
  finishTrace(traceInfo: PendingTraceInfo): Promise<void>
  verifyStored(traceId: string): Promise<void>
  /** Gives up what it does in the background. */
  close(): void
}

export interface OtlpTargetParts {
  readonly config: Config
  readonly target: TargetConfig
  readonly companionFor: (target: TargetConfig) => Companion
  /** OTLP bytes of `spans`. */
  readonly serialise: (spans: readonly EndedSpan[], options: ExportOptions) => Uint8Array
  /** The same, a little at a time, in a buffer that `take` gives. */
  readonly serialiseInSlices: (
    spans: readonly EndedSpan[],
    options: ExportOptions,
    take: TakeBuffer,
  ) => Promise<Uint8Array>
  /** Told what the receiver turned out to be. */
  readonly learned?: (receiver: { readonly mlflow: boolean }) => void
}

/** Makes the bytes of a request, once it is known how this target wants its spans. */
type Body = (options: ExportOptions) => Uint8Array | Promise<Uint8Array>

/** A target that takes OTLP, over HTTP or gRPC. */
export function createOtlpTarget(parts: OtlpTargetParts): SpanTarget {
  const { config } = parts
  let target = parts.target
  let sender: Sender = senderFor(target)
  let companion = parts.companionFor(target)
  const buffers = createRequestBuffers()
  let verified = false
  let isMlflow: boolean | undefined

  const attempt = async (body: Body, place: string | undefined): Promise<TransportResult> => {
    const { mlflow } = await companion.prepare()
    parts.learned?.({ mlflow })
    isMlflow = mlflow
    const bytes = await encoded(() => body(exportOptions(config, mlflow)))
    // Not asked for its class: a test environment may have another one of the same name.
    if ('outcome' in bytes) return bytes
    // All of it is sent by somebody else.
    if (bytes.length === 0) return { outcome: 'accepted' }
    const headers = { ...target.headers, ...(await companion.headers(place)) }
    noteHeaders(headers)
    const sent = await sender.send(bytes, headers)
    if (sent.outcome === 'accepted' && sent.bodySent) buffers.giveBack(bytes)
    return sent
  }

  const switchToHttp = (reason: string): void => {
    const endpoint = target.httpEndpoint
    diagnoseOnce(
      'warn',
      'TS_PROTOCOL_SWITCHED',
      `${target.endpoint} does not speak gRPC (${reason}), so spans go to ${endpoint} over http/protobuf; nothing is lost. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf to say so from the start.`,
      { endpoint },
      endpoint,
    )
    sender.close()
    companion.close()
    target = { ...target, protocol: 'http/protobuf', protocolIsGuess: false, endpoint }
    sender = senderFor(target)
    companion = parts.companionFor(target)
  }

  /** One batch, with the second tries that the first answer asks for. */
  const deliver = async (body: Body, place: string | undefined): Promise<TransportResult> => {
    let sent = await attempt(body, place)
    if (sent.outcome === 'wrong-protocol' && target.protocolIsGuess) {
      switchToHttp(sent.reason)
      sent = await attempt(body, place)
    }
    if (asksForExperiment(sent)) {
      companion.learnIsMlflow()
      sent = await attempt(body, place)
    }
    if (sent.outcome === 'unauthorized' && (await companion.refreshAuth())) sent = await attempt(body, place)
    return sent
  }

  const placing = (): Placing => companion
  const noteExpected = ({ trace }: EndedSpan): void => {
    if (trace.remote && trace.experiment !== undefined)
      companion.places.expect(trace.traceId, trace.experiment)
  }

  return {
    get name() {
      return target.endpoint
    },
    async send(spans) {
      try {
        for (const span of spans) noteExpected(span)
        const traceIds = (): string[] => spans.map(({ traceId }) => traceId)
        const sent = await sendPlaced(traceIds, placing, (place) =>
          deliver(
            (options) => parts.serialiseInSlices(toSend(spans, parts.target, options), options, buffers.take),
            place,
          ),
        )
        if ('kind' in sent) return sent
        if (sent.outcome === 'accepted' && !verified && spans[0] !== undefined) {
          verified = true
          void companion.verifyStored(spans[0].traceId)
        }
        return answerOf(target.endpoint, sent, spans.length)
      } catch (thrown) {
        return failure(thrown)
      }
    },
    encode(span) {
      noteExpected(span)
      return isMlflow === undefined ? undefined : parts.serialise([span], exportOptions(config, isMlflow))
    },
    async sendRecords(records) {
      try {
        // Records one after the other are a request.
        const bytes = Buffer.concat(records)
        const traceIds = (): string[] => records.map((record) => describeRecord(record).traceId)
        const sent = await sendPlaced(traceIds, placing, (place) => deliver(() => bytes, place))
        return 'kind' in sent ? sent : answerOf(target.endpoint, sent, records.length)
      } catch (thrown) {
        return failure(thrown)
      }
    },
    async sendTraceInfo(traceInfo) {
      try {
        await companion.finishTrace(traceInfo)
        return ACCEPTED
      } catch (thrown) {
        const answer = failure(thrown)
        const permanent = answer.kind === 'retry' && answer.slow
        return permanent ? { kind: 'refused', reason: answer.reason } : answer
      }
    },
    async shutdown() {
      companion.close()
      sender.close()
    },
  }
}

/** The bytes that `encode` makes. An error of it is about a span of the batch, and waiting does not help. */
async function encoded(
  encode: () => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array | TransportResult> {
  try {
    return await encode()
  } catch (thrown) {
    return { outcome: 'refused', reason: messageOf(thrown), unencodable: true }
  }
}

function senderFor(target: TargetConfig): Sender {
  return target.protocol === 'grpc' ? createGrpcSender(target) : createHttpSender(target.endpoint, target)
}

// MLflow's answer to a request without its header; behind basic authentication it has another form.
const asksForExperiment = (sent: TransportResult): boolean =>
  sent.outcome === 'refused' &&
  (sent.status === 422 || sent.status === 400) &&
  /x-mlflow-experiment-id/i.test(sent.body ?? '')

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
