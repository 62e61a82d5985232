import type { ClientHttp2Session } from 'node:http2'
import type { TargetConfig } from '../config/config.ts'
import { realTime, withoutHold } from '../runtime/real-time.ts'
import { untraced } from '../runtime/suppress.ts'
import { loadTls } from '../runtime/tls-files.ts'

/** A connection to `target` that takes calls. @throws when there is none before `deadline` (of the monotonic clock) */
export async function openSession(target: TargetConfig, deadline: number): Promise<ClientHttp2Session> {
  const { connect } = await import('node:http2')
  const tls = await loadTls(target.tls)
  return new Promise((resolve, reject) => {
    // What a server sends unasked would have to be held somewhere.
    const fresh = untraced(() => connect(target.endpoint, { ...tls, settings: { enablePush: false } }))
    // Sending must not keep the application alive: what waits for it, a flush or the end of the process, does.
    fresh.unref()
    const timer = withoutHold(
      realTime.start(
        () => fresh.destroy(new Error('connecting took too long')),
        Math.max(0, deadline - realTime.uptimeMs()),
      ),
    )
    fresh.once('connect', () => {
      realTime.stop(timer)
      resolve(fresh)
    })
    fresh.on('error', (error) => {
      realTime.stop(timer)
      reject(error)
    })
    fresh.once('close', () => {
      realTime.stop(timer)
      reject(new Error('the connection was closed'))
    })
    fresh.on('goaway', () => fresh.close())
  })
}

export const isUsable = (session: ClientHttp2Session | undefined): session is ClientHttp2Session =>
  session !== undefined && !session.closed && !session.destroyed
