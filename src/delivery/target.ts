import type { EndedSpan } from '../span/ended-span.ts'
import type { Answer } from './answer.ts'
import type { TraceCompletion } from './trace-completion.ts'

/** One receiver of spans. Its methods never reject. */
export interface SpanTarget {
  /** For messages: where spans go, without credentials. */
  readonly name: string
  send(spans: readonly EndedSpan[]): Promise<Answer>
  /** Delivers what OTLP cannot carry; absent where nothing of the kind is taken. */
  complete?(completion: TraceCompletion): Promise<Answer>
  shutdown(): Promise<void>
}
