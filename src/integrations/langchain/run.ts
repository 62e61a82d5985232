import type { Context } from '@opentelemetry/api'
import type { LiveSpan } from '../base/index.ts'

/** How a run ended that neither finished nor failed. */
export type EarlyEnd = 'stopped' | 'abandoned' | 'idle'

/** What becomes of a run; each kind of run (model, tool, chain, ...) has its own. */
export interface Ending {
  /** @param output - what LangChain's `handle…End` was given; `rest`: its further arguments */
  finish(output: unknown, rest: readonly unknown[]): void
  fail(error: unknown): void
  /** @param endTime - when something last happened in it, milliseconds since 1970 */
  stop(how: EarlyEnd, endTime: number): void
  /** A piece of a streamed answer. */
  token?(text: unknown, chunk: unknown): void
}

/** A run of LangChain that is under way. */
export interface Run {
  /** LangChain's ID of it, by which its children name their parent. */
  id: string | undefined
  /** The run that began it; `undefined` where the program did, or nobody knows it. */
  readonly parent: Run | undefined
  /** Its span; where it has none of its own, that of the nearest run above that has one. */
  readonly span: LiveSpan | undefined
  /** The context in which its work runs. */
  readonly inside: Context
  /** `undefined` for plumbing, which has no span of its own. */
  readonly ending: Ending | undefined
  /** When something last happened in it or below it, milliseconds since 1970. */
  lastMs: number
  open: boolean
  /** The program left its stream: what fails below it from now on was broken off. */
  left: boolean
  /** It is that of a graph, whose nodes are runs below it. */
  graph: boolean
}
