import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modulesOf } from '../providers/app.ts'
import { assembleApp, type BuiltApp } from '../support/built.ts'
import { runNode } from '../support/child.ts'
import { startHttp } from './raw-server.ts'

let app: BuiltApp
beforeAll(async () => {
  const programs = fileURLToPath(new URL('./programs', import.meta.url))
  app = await assembleApp({ modules: await modulesOf('otel-2'), programs: [programs] })
}, 600_000)
afterAll(() => app?.remove())

test.each(['import', 'require'])(
  'members of Object.prototype harm neither %s nor what is sent',
  async (how) => {
    const asked: string[] = []
    await using server = await startHttp((incoming, outgoing) => {
      const { method, url = '' } = incoming
      asked.push(`${method} ${url}`)
      incoming.resume().on('end', () => {
        if (url.endsWith('/experiments/search'))
          outgoing.end(JSON.stringify({ experiments: [{ experiment_id: '7', name: 'desk' }] }))
        else if (url === '/v1/traces') outgoing.end()
        else outgoing.end('{"trace":{"trace_info":{}}}')
      })
    })
    const ended = await runNode(app.program('prototype.mjs'), {
      cwd: app.dir,
      args: [how],
      env: { SERVER: server.origin },
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const told = JSON.parse(ended.stdout) as { said: string[] }
    expect(told).toMatchObject({ call: { found: [1, 2] }, report: { sent: 2, queued: 0, rejected: 0 } })
    expect(told.said.filter((line) => !line.startsWith('TS_EXPERIMENT '))).toEqual([])
    expect(asked).toContain('POST /api/2.0/mlflow/experiments/search')
    expect(asked).toContain('POST /v1/traces')
  },
)
