import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const THREAD = '/proc/thread-self/schedstat'

function threadCpuUs() {
  return Number(readFileSync(THREAD, 'latin1').split(' ', 1)[0]) / 1000
}

function processCpuUs() {
  const { user, system } = process.cpuUsage()
  return user + system
}

function hasThreadClock() {
  try {
    return threadCpuUs() > 0
  } catch {
    return false
  }
}

/** CPU time of the main thread in microseconds; of the whole process where the system does not tell threads apart. */
export const mainCpuUs = hasThreadClock() ? threadCpuUs : processCpuUs

/** CPU time of all threads in microseconds: garbage collection, compression and workers included. */
export const totalCpuUs = processCpuUs

export const nowMs = () => performance.now()

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Delays of the event loop in milliseconds, sampled each millisecond: an idle loop shows 1.1. */
export async function watchDelays() {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  // The first sample has nothing to be late against.
  await sleep(5)
  return {
    stop() {
      histogram.disable()
      const at = (percentile) => histogram.percentile(percentile) / 1e6
      return { p50: at(50), p99: at(99), p999: at(99.9), max: histogram.max / 1e6 }
    },
  }
}

/** Sees how long the event loop is kept from turning, by a timer that is due each millisecond: idle shows 1.1. */
export function watchStalls() {
  const gaps = []
  let last = nowMs()
  const timer = setInterval(() => {
    const now = nowMs()
    gaps.push([last, now])
    last = now
  }, 1)
  return {
    /** The longest stall in milliseconds, of which only what comes after `from` counts. */
    longestSince: (from) =>
      gaps.reduce((most, [start, end]) => Math.max(most, end - Math.max(start, from)), 0),
    stop: () => clearInterval(timer),
  }
}

/** Resolves after `ms` milliseconds. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Lets the loop turn once. */
export const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve))
