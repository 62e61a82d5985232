import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The sink in a process of its own. */
export async function startSink() {
  const child = fork(join(import.meta.dirname, '..', 'sink', 'server.mjs'), {
    execArgv: ['--max-old-space-size=4096'],
  })
  const [{ port }] = await once(child, 'message')
  const endpoint = `http://127.0.0.1:${port}`
  return {
    endpoint,
    reset: () => fetch(`${endpoint}/reset`, { method: 'POST' }),
    /** What arrived since the last reset; with `gzipped`, how large it is when what came plain is compressed. */
    report: async (gzipped = false) => (await fetch(`${endpoint}/report${gzipped ? '?gzipped' : ''}`)).json(),
    stop: () => child.disconnect(),
  }
}
