import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpRequest, partialSuccess, startOtlpHttp } from '../support/collector.ts'
import { exitApp, runToEnd } from './program.ts'
import { stateHomePerTest } from './state-home.ts'

let app: BuiltApp
const home = stateHomePerTest()
beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())

const envOf = (url: string): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  XDG_STATE_HOME: home.dir,
})

test('a span that the receiver refuses at the end costs no other one, and the next process says so', async () => {
  const refuse = (name: string) => (request: OtlpHttpRequest) =>
    request.spans.some((span) => span.name === name) ? 400 : 200
  await using receiver = await startOtlpHttp({ routes: { 'POST /v1/traces': refuse('work 3') } })
  const env = envOf(receiver.url)
  const first = await runToEnd(app, 'many.mjs', { args: ['6'], env })
  expect(first.stderr).toMatch(/1 span was not delivered.*400.*\[TS_EXIT_SPOOLED\]/)
  const names = new Set(receiver.spans().map(({ name }) => name))
  expect([...names].sort()).toEqual(['work 0', 'work 1', 'work 2', 'work 4', 'work 5'])
  expect(await home.files()).toHaveLength(1)

  const next = await runToEnd(app, 'very-end.mjs', { args: ['idle'], env })
  expect(next.stderr).toMatch(/refused the span "work 3".*\[TS_SPAN_REJECTED\]/)
  expect(await runToEnd(app, 'very-end.mjs', { args: ['idle'], env })).toMatchObject({ stderr: '' })
})

test('spans that the receiver leaves out of a request at the end are said to be lost', async () => {
  await using receiver = await startOtlpHttp({ afterwards: partialSuccess(2, 'quota exceeded') })
  const { stderr } = await runToEnd(app, 'many.mjs', { args: ['6'], env: envOf(receiver.url) })
  expect(stderr).toMatch(/2 spans were not delivered.*quota exceeded.*\[TS_EXIT_LOST\]/)
  expect(stderr).not.toContain('TS_EXIT_SPOOLED')
  expect(await home.files()).toEqual([])
})
