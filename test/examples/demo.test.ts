import { describe, expect, it } from 'vitest'
import { startOtlpHttp } from '../support/collector.ts'
import { outline, runExample } from './run-example.ts'

describe('the demo', { timeout: 60_000 }, () => {
  it('shows its traces without any server', async () => {
    const { code, stdout, stderr } = await runExample('demo/index.ts')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('Lisbon is sunny with 24 °C')
    expect(stdout.match(/^trace [0-9a-f]{32}$/gm)).toHaveLength(3)
    expect(stdout).toMatch(
      /^agent:travel +AGENT .*\n├─ chat +CHAT_MODEL .*\n├─ tool:get_weather +TOOL .*\n├─ tool:convert_currency +TOOL .*\n└─ chat +CHAT_MODEL/m,
    )
    expect(stdout).toMatch(/├─ tool:find_flights .*✗ Error: .*overloaded\n├─ tool:find_flights .*TP 929/)
    expect(stdout).toContain('MLFLOW_TRACKING_URI=http://localhost:5000 npm run demo')
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130)
  })

  it('sends the same to MLflow and prints a link to each trace', async () => {
    await using server = await startOtlpHttp({
      routes: {
        'GET /api/3.0/mlflow/server-info': { headers: JSON_TYPE, body: '{"store_type":"SqlStore"}' },
        'POST /api/2.0/mlflow/experiments/search': {
          headers: JSON_TYPE,
          body: JSON.stringify({
            experiments: [{ experiment_id: '7', name: 'turnspan-demo', lifecycle_stage: 'active' }],
          }),
        },
      },
    })
    const { code, stdout, stderr } = await runExample('demo/index.ts', { MLFLOW_TRACKING_URI: server.url })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const traceIds = [...stdout.matchAll(/^trace ([0-9a-f]{32})$/gm)].map(([, id]) => id)
    for (const id of traceIds) {
      expect(stdout).toContain(`${server.url}/#/experiments/7/traces?selectedEvaluationId=tr-${id}\n`)
    }
    expect(traceIds.map((id) => outline(server.spans().filter((span) => span.traceId === id)))).toEqual([
      ['agent:travel', '> chat', '> tool:get_weather', '> tool:convert_currency', '> chat'],
      ['agent:travel', '> chat', '> tool:find_flights', '> tool:find_flights', '> chat'],
      ['agent:travel', '> chat'],
    ])
  })

  it('says so when the server cannot be reached, and ends with an error', async () => {
    const server = await startOtlpHttp()
    await server.stop()
    const { code, stdout, stderr } = await runExample('demo/index.ts', { MLFLOW_TRACKING_URI: server.url })
    expect(code).toBe(1)
    expect(stdout).toContain(`Nothing was delivered to ${server.url}`)
    expect(stderr).toContain('TS_EXPORT_FAILED')
  })
})

const JSON_TYPE = { 'content-type': 'application/json' }
