import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of the clock of `/proc`, everywhere where Node runs. */
const TICKS = 100

/** Processes below this one whose name begins so: CPU seconds, ended children included, and resident megabytes. */
export function usage(name) {
  const found = { cpuSeconds: 0, rssMb: 0, processes: 0 }
  for (const pid of below(process.pid)) {
    const stat = read(`/proc/${pid}/stat`)
    const [, comm = '', rest = ''] = /\((.*)\) (.*)/s.exec(stat) ?? []
    if (!comm.startsWith(name)) continue
    const fields = rest.split(' ')
    found.cpuSeconds += fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
    found.rssMb += Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024
    found.processes += 1
  }
  return found
}

function below(pid) {
  const children = readAll(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean),
  )
  return children.flatMap((child) => [child, ...below(child)])
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function readAll(path) {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
