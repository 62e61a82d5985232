import { expect, test } from 'vitest'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { startProvider } from '../../support/provider/server.ts'
import { fixture, programs } from './matrix.ts'

test("a call that turnspan and OpenTelemetry's instrumentation of the AWS SDK trace is one span, of one of them", async () => {
  await using app = await fixtureApp(fixture('bedrock-twice'), programs)
  await using provider = await startProvider()
  const namesWith = async (settings: object): Promise<string[]> => {
    await using collector = await startOtlpHttp()
    const options = { endpoint: `${collector.url}/v1/traces`, protocol: 'http/protobuf', ...settings }
    const env = { SETTINGS: JSON.stringify({ address: provider.address('hello', 'twice'), options }) }
    const ended = await runNode(app.program('twice.mjs'), { cwd: app.dir, env })
    expect(ended.code, ended.stderr).toBe(0)
    return collector
      .spans()
      .map(({ name, scope }) => `${scope.name} ${name}`)
      .sort()
  }
  const model = 'anthropic.claude-3-haiku-20240307-v1:0'
  const theirs = (name: string): string => `@opentelemetry/instrumentation-aws-sdk ${name}`
  const ours = (name: string): string => `turnspan ${name}`
  // What turnspan does not trace stays theirs.
  const guardrail = theirs('BedrockRuntime.ApplyGuardrail')
  expect(await namesWith({})).toEqual([
    guardrail,
    ours(`chat ${model}`),
    ours(`chat ${model}`),
    ours('program'),
  ])
  expect(await namesWith({ instrumentations: false })).toEqual([
    guardrail,
    theirs('BedrockRuntime.InvokeModel'),
    theirs(`chat ${model}`),
    ours('program'),
  ])
})
