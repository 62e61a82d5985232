import { createContextKey } from '../../runtime/otel-context.ts'
import { activeContext } from '../base/index.ts'
import type { AdkSpan } from './adk-span.ts'

const RUN: symbol = createContextKey('turnspan.google-adk.run')

/** A call of `runAsync` of a runner. */
export interface Run {
  /** ADK's span for it, once it is known. */
  span: AdkSpan | undefined
  /** What the program gave. */
  readonly params: unknown
}

/** The run that the running code belongs to. */
export const runHere = (): Run | undefined => activeContext().getValue(RUN) as Run | undefined

/** The active context inside of `run`. */
export const contextIn = (run: Run): ReturnType<typeof activeContext> => activeContext().setValue(RUN, run)
