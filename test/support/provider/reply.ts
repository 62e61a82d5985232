import type { ScriptedAnswer } from './script.ts'

/** A request of the program under test, as it came in. */
export interface ProviderRequest {
  readonly script: string
  readonly run: string
  /** Its number within the run, from 0. */
  readonly index: number
  readonly method: string
  /** Without script and run, with query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Parsed where it is JSON; of other bodies the length. */
  readonly body: unknown
  /** The program went away before the answer was complete. */
  aborted: boolean
  /** Resolves when the exchange is over. */
  readonly closed: Promise<void>
}

/** One answer as a wire format puts it. */
export type Reply =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly bytes: Uint8Array; readonly type: string }
  | { readonly events: readonly Event[]; readonly closing?: string }
  /** A stream of lines of JSON. */
  | { readonly lines: readonly object[] }
  | {
      /** Of a stream in AWS's framing: its events, and the one that says in the middle that it failed. */
      readonly frames: readonly Uint8Array[]
      readonly failure: Uint8Array
      readonly headers?: Readonly<Record<string, string>>
    }

/** One server-sent event: its data as JSON, and its name where the format has names. */
export interface Event {
  readonly event?: string
  readonly data: unknown
}

/** Writes answers in one provider's format. */
export interface Wire {
  /** The answer to this request; `undefined` for a path that is none of the format's. */
  reply(request: ProviderRequest, answer: ScriptedAnswer): Reply | undefined
  error(status: number): unknown
  /** The event that says in the middle of a stream that it failed. */
  readonly streamError: Event
}

/** Text in the pieces in which it streams: words with the blank before them. */
export function pieces(text: string): string[] {
  return text.match(/\s*\S+/g) ?? (text === '' ? [] : [text])
}

/** The same ID for the same request of the same script, whoever asks. */
export function idOf(prefix: string, { script, index }: ProviderRequest): string {
  return `${prefix}${script.replaceAll('-', '')}${index}`
}

export const CREATED = 1_760_000_000

export const field = (body: unknown, key: string): unknown =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined
