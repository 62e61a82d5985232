import type { Protocol } from '../../config/config.ts'
import type { PartialSuccess } from './partial-success.ts'

/** What a request came to, in the terms that both protocols share. */
export type TransportResult =
  /** `doubt`: the answer is not one of OTLP, but its status is a success. */
  | {
      readonly outcome: 'accepted'
      readonly said?: PartialSuccess
      readonly doubt?: string
      /** Nobody reads the request's bytes any more: a receiver may answer before it has all of them. */
      readonly bodySent?: boolean
    }
  /** A passing fault: the network, an overloaded or restarting server. */
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** A fault that only a change of configuration or credentials fixes. */
  | { readonly outcome: 'hold'; readonly reason: string; readonly body?: string }
  | { readonly outcome: 'unauthorized'; readonly reason: string }
  /** The receiver will not take this content. */
  | {
      readonly outcome: 'refused'
      readonly reason: string
      readonly body?: string
      readonly status?: number
      readonly tooLarge?: boolean
      readonly serverFault?: boolean
      readonly unencodable?: boolean
    }
  /** The peer does not speak this protocol. */
  | { readonly outcome: 'wrong-protocol'; readonly reason: string }

/** One way of getting a serialised OTLP request to its receiver. Never rejects. */
export interface Sender {
  readonly protocol: Protocol
  /** @param isUrgent - absent where it is; else the bytes leave in pieces while it is not */
  send(
    bytes: Uint8Array,
    headers: Readonly<Record<string, string>>,
    isUrgent?: () => boolean,
  ): Promise<TransportResult>
  close(): void
}
