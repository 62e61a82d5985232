import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A receiver in a process of its own; with `keep` it keeps the bodies. */
export async function startSink({ keep = false } = {}) {
  const child = fork(join(import.meta.dirname, 'sink.mjs'), keep ? ['keep'] : [])
  const [{ port }] = await once(child, 'message')
  const waiting = new Map()
  let asked = 0
  child.on('message', ({ id, answer }) => {
    waiting.get(id)?.(answer)
    waiting.delete(id)
  })
  const tell = (what) => {
    asked += 1
    const id = asked
    child.send({ id, ...what })
    return new Promise((resolve) => waiting.set(id, resolve))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    /** What came since the last reset. */
    counts: () => tell({}),
    bodies: async () => (await tell({ bodies: true })).bodies.map((text) => Buffer.from(text, 'base64')),
    reset: () => tell({ reset: true }),
    answer: (status) => tell({ status }),
    stop: () => child.disconnect(),
  }
}
