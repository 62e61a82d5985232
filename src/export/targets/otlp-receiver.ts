import type { Config, TargetConfig } from '../../config/config.ts'
import type { TakeBuffer } from '../../otlp/request.ts'
import { diagnoseOnce } from '../../runtime/diagnostics.ts'
import { messageOf } from '../../runtime/errors.ts'
import { noteHeaders } from '../../runtime/secrets.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { ExportOptions } from '../../span/semconv/span-attributes.ts'
import type { PendingTraceInfo } from '../trace-info/pending-trace-info.ts'
import { createGrpcSender } from '../transport/grpc-sender.ts'
import { createHttpSender } from '../transport/http-sender.ts'
import { createRequestBuffers, type RequestBuffers } from '../transport/request-buffers.ts'
import type { Sender, TransportResult } from '../transport/sender.ts'
import { exportOptions } from './export-options.ts'
import type { Placing } from './send-placed.ts'
import type { IsUrgent } from './target.ts'

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
    isUrgent: IsUrgent | undefined,
  ) => Promise<Uint8Array>
  /** Told what the receiver turned out to be. */
  readonly learned?: (receiver: { readonly mlflow: boolean }) => void
}

/** Makes the bytes of a request, once it is known how the receiver wants its spans. */
export type Body = (options: ExportOptions) => Uint8Array | Promise<Uint8Array>

/** Who takes the spans of an OTLP target, as far as it is known: what it speaks, and whether it is an MLflow server. */
export class OtlpReceiver {
  readonly #parts: OtlpTargetParts
  readonly #buffers: RequestBuffers = createRequestBuffers()
  #target: TargetConfig
  #sender: Sender
  #companion: Companion
  #isMlflow: boolean | undefined

  constructor(parts: OtlpTargetParts) {
    this.#parts = parts
    this.#target = parts.target
    this.#sender = senderFor(parts.target)
    this.#companion = parts.companionFor(parts.target)
  }

  get endpoint(): string {
    return this.#target.endpoint
  }

  /** The MLflow server that it may be. */
  get companion(): Companion {
    return this.#companion
  }

  /** How it wants its spans, once that is known. */
  get options(): ExportOptions | undefined {
    return this.#isMlflow === undefined ? undefined : exportOptions(this.#parts.config, this.#isMlflow)
  }

  /** Takes a buffer for a request, which is used again after its answer. */
  readonly take: TakeBuffer = (bytes) => this.#buffers.take(bytes)

  /** One request, with the second tries that the first answer asks for. */
  async deliver(body: Body, place: string | undefined, isUrgent?: IsUrgent): Promise<TransportResult> {
    let sent = await this.#attempt(body, place, isUrgent)
    if (sent.outcome === 'wrong-protocol' && this.#target.protocolIsGuess) {
      this.#switchToHttp(sent.reason)
      sent = await this.#attempt(body, place, isUrgent)
    }
    if (asksForExperiment(sent)) {
      this.#companion.learnIsMlflow()
      sent = await this.#attempt(body, place, isUrgent)
    }
    if (sent.outcome === 'unauthorized' && (await this.#companion.refreshAuth())) {
      sent = await this.#attempt(body, place, isUrgent)
    }
    return sent
  }

  close(): void {
    this.#companion.close()
    this.#sender.close()
  }

  async #attempt(body: Body, place: string | undefined, isUrgent?: IsUrgent): Promise<TransportResult> {
    const { mlflow } = await this.#companion.prepare()
    this.#parts.learned?.({ mlflow })
    this.#isMlflow = mlflow
    const bytes = await encoded(() => body(exportOptions(this.#parts.config, mlflow)))
    // Not asked for its class: a test environment may have another one of the same name.
    if ('outcome' in bytes) return bytes
    // All of it is sent by somebody else.
    if (bytes.length === 0) return { outcome: 'accepted' }
    const headers = { ...this.#target.headers, ...(await this.#companion.headers(place)) }
    noteHeaders(headers)
    const sent = await this.#sender.send(bytes, headers, isUrgent)
    if (sent.outcome === 'accepted' && sent.bodySent) this.#buffers.giveBack(bytes)
    return sent
  }

  #switchToHttp(reason: string): void {
    const target = this.#target
    const endpoint = target.httpEndpoint
    diagnoseOnce(
      'warn',
      'TS_PROTOCOL_SWITCHED',
      `${target.endpoint} does not speak gRPC (${reason}), so spans go to ${endpoint} over http/protobuf; nothing is lost. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf to use it from the start.`,
      { endpoint },
      endpoint,
    )
    this.close()
    this.#target = { ...target, protocol: 'http/protobuf', protocolIsGuess: false, endpoint }
    this.#sender = senderFor(this.#target)
    this.#companion = this.#parts.companionFor(this.#target)
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
