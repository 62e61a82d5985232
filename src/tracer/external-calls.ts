import type { Context } from '@opentelemetry/api'
import { processWide } from '../runtime/registry.ts'

/** Keeps track of spans that frameworks make of their calls of models, which clients make again; see `integrations/base`. */
export interface ExternalCalls {
  /** A span of another library began: `isOpen` tells until when. */
  note(span: object, scope: unknown, name: unknown, attributes: unknown, isOpen: () => boolean): void
  /** Whether the code of `context` may belong to such a call. */
  isNear(context: Context): boolean
}

const brought = (): { calls?: ExternalCalls } => processWide('external-calls', () => ({}))

/** The first integration that is at work brings it: without one, no call is there twice. */
export function bringExternalCalls(calls: ExternalCalls): void {
  brought().calls ??= calls
}

export const externalCalls = (): ExternalCalls | undefined => brought().calls
