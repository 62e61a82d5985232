import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { nodeBinary } from '../../support/node-versions.ts'
import { fixture, programs } from './matrix.ts'

let app: BuiltApp
beforeAll(async () => {
  app = await fixtureApp(fixture('langchain-1'), programs)
})
afterAll(() => app.remove())

describe.each([20, 22] as const)('on Node %i', (node) => {
  test.each([
    ['models-first.mjs', ['--import', 'turnspan/register']],
    ['models-first-started.mjs', []],
  ])('modules that import each other run in the order of the program: %s', async (program, nodeArgs) => {
    await using collector = await startOtlpHttp()
    const ended = await runNode(app.program(program), {
      cwd: app.dir,
      nodeArgs,
      nodeBinary: await nodeBinary(node),
      env: {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      },
    })
    expect(ended).toMatchObject({ code: 0, stdout: 'Hello!' })
    expect(collector.spans().map(({ name }) => name)).toEqual(['Polite'])
  })
})
