import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { produce } from './produce.mjs'
import { startSink } from './sink-process.mjs'

/** What one process of an application delivers, as fast as it can. */
export async function measureProcess({ sandbox, seconds, payloads }) {
  const rows = []
  for (const payload of payloads) {
    for (const hasSpool of [false, true]) {
      const sink = await startSink()
      const spool = hasSpool ? mkdtempSync(join(tmpdir(), 'turnspan-scale-')) : undefined
      try {
        const options = { endpoint: sink.url, protocol: 'http/protobuf', payload, seconds, spool }
        const ran = await produce(sandbox, options)
        const { bytes } = await sink.counts()
        rows.push({
          payload,
          spool: hasSpool ? 'on' : 'off',
          'spans/s': ran.report.sent / ran.seconds,
          'CPU µs a span': (ran.cpuSeconds / ran.spans) * 1e6,
          'wire bytes a span': bytes / ran.report.sent,
          'peak RSS MB': ran.rssMb,
          lost: ran.spans - ran.report.sent,
        })
      } finally {
        sink.stop()
        if (spool) rmSync(spool, { recursive: true, force: true })
      }
    }
  }
  return rows
}
