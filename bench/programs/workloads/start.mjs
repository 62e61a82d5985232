import { nowMs, totalCpuUs } from '../meters.mjs'

/** From nothing to the first span: import, set-up, one span started and ended. What it costs to send it is not in it. */
export async function run(_open, { program, endpoint, options }) {
  const before = { ms: nowMs(), cpuUs: totalCpuUs(), rss: process.memoryUsage.rss() }
  const { start } = await import(`../contenders/${program}.mjs`)
  const imported = { ms: nowMs(), cpuUs: totalCpuUs() }
  const contender = start({ endpoint, ...options })
  if (contender.unavailable) return contender
  const begun = { ms: nowMs(), cpuUs: totalCpuUs() }
  contender.tiny('first', () => 1)
  const done = { ms: nowMs(), cpuUs: totalCpuUs() }
  return {
    wallMs: done.ms - before.ms,
    cpuMs: (done.cpuUs - before.cpuUs) / 1000,
    importCpuMs: (imported.cpuUs - before.cpuUs) / 1000,
    setUpCpuMs: (begun.cpuUs - imported.cpuUs) / 1000,
    firstSpanCpuMs: (done.cpuUs - begun.cpuUs) / 1000,
    rssMb: (process.memoryUsage.rss() - before.rss) / 1_048_576,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    spans: 1,
  }
}
