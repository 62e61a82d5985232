import type { TargetConfig } from '../../config/config.ts'
import { request } from '../../runtime/http.ts'
import { loadTls } from '../../runtime/tls-files.ts'

const PATIENCE_MS = 3000

/**
 * Whether the target answers HTTP/1.1, whatever it answers: a gRPC server talks HTTP/2 only. Asked after a gRPC call
 * failed on a connection that was accepted; a dead port says nothing.
 */
export async function speaksHttp1(target: TargetConfig): Promise<boolean> {
  try {
    const answer = await request(target.endpoint, {
      method: 'OPTIONS',
      timeoutMs: Math.min(target.timeoutMs, PATIENCE_MS),
      maxBytes: 1024,
      background: true,
      ...(target.proxy && { proxy: target.proxy }),
      tls: await loadTls(target.tls),
    })
    return answer.status > 0
  } catch {
    return false
  }
}
