import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileBeside, runNode } from '../support/child.ts'

test.each([
  ['nothing configured', {}],
  ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true', MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' }],
  [
    'ENABLE_MLFLOW_TRACING=false',
    { ENABLE_MLFLOW_TRACING: 'false', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
  ],
])(
  'with %s a process holds no timer, socket, handler or global of ours, and prints nothing',
  async (_, env) => {
    const folder = await mkdtemp(join(tmpdir(), 'turnspan-idle-'))
    try {
      const file = join(folder, 'seen.json')
      const result = await runNode(fileBeside(import.meta.url, './idle.child.ts'), { env, args: [file] })
      expect(result).toMatchObject({ code: 0, signal: null, stdout: '', stderr: '' })
      const seen = JSON.parse(await readFile(file, 'utf8'))
      expect(seen).toMatchObject({
        status: { enabled: false, captureContent: false, reason: expect.any(String) },
        results: [1, 2, 3, 4],
        report: { sent: 0, queued: 0, dropped: {} },
        sameProvider: true,
      })
      expect(seen.after).toEqual(seen.before)
      expect(seen).not.toHaveProperty('contextManager')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  60_000,
)
