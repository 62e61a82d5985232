import { cpus, loadavg, release, totalmem, type } from 'node:os'

/** What it was measured on. Load is that of the last minute, before the first round: above 0, others worked too. */
export function machine() {
  const [cpu] = cpus()
  return {
    cpu: `${cpus().length} × ${cpu.model.trim()}`,
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    load: Number(loadavg()[0].toFixed(2)),
  }
}
