/**
 * Whether there is stack left for what turnspan does at the end of a span. At the end of a deep recursion there may be
 * none, and a stack overflow halfway would leave a span that neither ended nor is open.
 */
export function hasStackRoom(): boolean {
  try {
    descend(LEVELS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    if (waiting.length > 0) schedule()
    return true
  } catch {
    return false
  }
}

/** About 200 bytes each. */
const LEVELS = 24

// Parameters take stack also where the compiler has optimised everything else away. Some 100 ns in all.
// biome-ignore format: one line says as much
function descend(left: number, a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number, o: number, p: number): number {
  return left > 0 ? descend(left - 1, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) + 1 : 0
}

const waiting: (() => void)[] = []
let scheduled = false

/** Calls `fn` as soon as the stack is empty. */
export function withEmptyStack(fn: () => void): void {
  try {
    waiting.push(fn)
    schedule()
  } catch {
    // Not even for this: it is scheduled when there is more of it.
  }
}

function schedule(): void {
  if (scheduled) return
  void Promise.resolve().then(runWaiting)
  scheduled = true
}

function runWaiting(): void {
  scheduled = false
  for (const fn of waiting.splice(0)) {
    try {
      fn()
    } catch {
      // The one must not keep the others from their turn.
    }
  }
}
