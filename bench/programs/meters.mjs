import { openSync, readSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

function processCpuUs() {
  const { user, system } = process.cpuUsage()
  return user + system
}

/**
 * Linux writes down what a thread has run only when it puts the thread to sleep and at its own ticks, so the number in
 * the file is up to 4 ms old. Asked for the CPU time of the whole process it brings the books of the asking thread up
 * to date, and the file is exact: 3 µs for both.
 */
function linuxThreadClock() {
  const file = openSync('/proc/thread-self/schedstat', 'r')
  const line = Buffer.alloc(64)
  return () => {
    process.cpuUsage()
    readSync(file, line, 0, line.length, 0)
    let ns = 0
    for (let at = 0; line[at] >= 0x30; at += 1) ns = ns * 10 + line[at] - 0x30
    return ns / 1000
  }
}

function nodeThreadClock() {
  if (!process.threadCpuUsage) return processCpuUs
  return () => {
    const { user, system } = process.threadCpuUsage()
    return user + system
  }
}

function threadClock() {
  try {
    const clock = linuxThreadClock()
    return clock() > 0 ? clock : nodeThreadClock()
  } catch {
    return nodeThreadClock()
  }
}

/** CPU time of the main thread in microseconds; of the whole process where nothing tells threads apart. */
export const mainCpuUs = threadClock()

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

/**
 * CPU time of the main thread between one tick of a timer that is due each millisecond and the next, in milliseconds:
 * for so long did the program hold its event loop. Unlike delays it does not grow when others keep the processor.
 * `tickLongest` is the longest in half a second, in the middle over all halves: that one does not depend on how many
 * ticks had nothing to do.
 */
export function watchTicks() {
  const took = []
  const longest = []
  let [last, windowEnd] = [mainCpuUs(), 0]
  const timer = setInterval(() => {
    const now = mainCpuUs()
    const ms = (now - last) / 1000
    last = now
    took.push(ms)
    if (nowMs() >= windowEnd) {
      windowEnd = nowMs() + 500
      longest.push(ms)
    } else if (ms > longest[longest.length - 1]) longest[longest.length - 1] = ms
  }, 1)
  return {
    stop() {
      clearInterval(timer)
      took.sort((a, b) => a - b)
      const at = (share) => took[Math.min(took.length - 1, Math.floor(share * took.length))]
      return { tickP99: at(0.99), tickP999: at(0.999), tickMax: at(1), tickLongest: median(longest) }
    },
  }
}

/** Resolves after `ms` milliseconds. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Lets the loop turn once. */
export const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve))
