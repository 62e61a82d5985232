import { vi } from 'vitest'
import { realTime } from '../../src/runtime/real-time.ts'

/** Vitest's fake timers and clocks for the program, and for turnspan too, which otherwise keeps to real ones. */
export function useFakeTimers(): void {
  vi.useFakeTimers()
  followGlobalTime()
}

/** Lets turnspan's timers and clocks be those that are global when they are used, until the mocks are restored. */
export function followGlobalTime(): void {
  vi.spyOn(realTime, 'start').mockImplementation((work, ms) => setTimeout(work, ms))
  vi.spyOn(realTime, 'repeat').mockImplementation((work, ms) => setInterval(work, ms))
  vi.spyOn(realTime, 'soon').mockImplementation((work) => void setImmediate(work))
  vi.spyOn(realTime, 'stop').mockImplementation((timer) => clearTimeout(timer))
  vi.spyOn(realTime, 'epochMs').mockImplementation(() => Date.now())
  vi.spyOn(realTime, 'uptimeMs').mockImplementation(() => performance.now())
  vi.spyOn(realTime, 'originMs').mockImplementation(() => performance.timeOrigin)
}
