/**
 * Whether there is stack left for what turnspan does at the end of a span. At the end of a deep recursion there may be
 * none, and a stack overflow halfway would leave a span that neither ended nor is open.
 */
export function hasStackRoom(): boolean {
  try {
    // Never true, which no minifier can know.
    takeFrame(waiting.length < 0, cold > 0 ? roundsWhileCold() : 1)
    if (waiting.length > 0) schedule()
    return true
  } catch {
    return false
  }
}

/** Calls until the engine should have optimised {@link takeFrame}. */
let cold = 10_000
const COLD_ROUNDS = 16

function roundsWhileCold(): number {
  cold -= 1
  return COLD_ROUNDS
}

/**
 * Has a frame of 600 values, some five kilobytes, for the arguments of a call that is never made. Engines look whether
 * there is stack for the whole frame when a function is entered, also once it is optimised and needs next to nothing of
 * it; so this costs a comparison, where taking that much stack by a recursion would cost as much as a tenth of a span.
 *
 * Before that, the frame is filled at each call, which takes 100 ns. V8 decides what to optimise by how far functions jump
 * back, and this one would have to be called 250,000 times; with some rounds of a loop it is 10,000 times.
 */
function takeFrame(isNeeded: boolean, rounds: number): number {
  let sum = 0
  // biome-ignore format: one line says as much
  for (let i = 0; i < rounds; i += 1) if (isNeeded) sum += count(
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  )
  return sum
}

const count = (...values: number[]): number => values.length

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
