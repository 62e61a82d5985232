/** Turns whose spans wait for their tokens. */
const waiting = new Set<() => void>()

/** At the end of the process nothing comes any more. Before the listener that delivers what is there then. */
function endAll(): void {
  for (const settle of [...waiting]) settle()
}

/** Has `settle` called when the process ends. */
export function beginWaiting(settle: () => void): void {
  if (waiting.size === 0) for (const end of ENDS) process.prependListener(end as 'exit', endAll)
  waiting.add(settle)
}

/** It was called, or is not needed any more. */
export function endWaiting(settle: () => void): void {
  if (!waiting.delete(settle) || waiting.size > 0) return
  for (const end of ENDS) process.removeListener(end, endAll)
}

const ENDS = ['beforeExit', 'exit'] as const
