import { toTraceId } from '../../../ids/trace-id.ts'
import { processWide } from '../../../runtime/registry.ts'
import type { Frame } from './frame.ts'
import type { Turn } from './types.ts'

/** An open turn, and where its work stands. */
export interface OpenTurn {
  readonly turn: Turn
  readonly frame: Frame
}

/** Turns that nobody ever ends must not pile up. */
const MAX_TURNS = 10_000

/** By response ID, and by the trace ID of a turn that began it. */
const turns = (): Map<string, OpenTurn> => processWide('harness-turns', () => new Map<string, OpenTurn>())

const keysOf = ({ responseId }: Turn, frame: Frame, traceId: string): readonly string[] => [
  ...(responseId === undefined ? [] : [responseId]),
  ...(frame.live?.parent === undefined ? [traceId] : []),
]

export function noteTurn(turn: Turn, frame: Frame, traceId: string): void {
  const known = turns()
  for (const key of keysOf(turn, frame, traceId)) known.set(key, { turn, frame })
  for (const key of known.keys()) {
    if (known.size <= MAX_TURNS) break
    known.delete(key)
  }
}

export function forgetTurn(turn: Turn): void {
  const known = turns()
  const { responseId, span } = turn
  for (const key of [responseId, span.traceId])
    if (key !== undefined && known.get(key)?.turn === turn) known.delete(key)
}

/** The open turn that was given `responseId`, or whose trace is found by it. */
export function openTurn(responseId: string | undefined): OpenTurn | undefined {
  if (responseId === undefined) return undefined
  const known = turns()
  return known.get(responseId) ?? known.get(traceIdOf(responseId))
}

function traceIdOf(responseId: string): string {
  try {
    return toTraceId(responseId)
  } catch {
    return ''
  }
}
