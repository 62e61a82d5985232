import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { type NodeResult, runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'

const example = (name: string): string => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))

const tool = (
  name: string,
  ...all: object[]
): { tools: { id: string; name: string; arguments: object }[] } => ({
  tools: all.map((given) => ({ id: `call_${Object.values(given).join()}`, name, arguments: given })),
})

/** What the models of the two programs answer, request by request. */
const scripts = {
  newsroom: [
    tool('research', { task: 'How long are the bridges?' }),
    tool('search', { query: 'bridges' }),
    { text: '5 to 80 metres.' },
    tool('write', { task: '5 to 80 metres.' }),
    { text: 'They are 5 to 80 metres long.' },
    { text: 'The bridges of Lisbon are 5 to 80 metres long.' },
  ],
  support: [
    tool('look_up', { record: 'customer c-17' }, { record: 'policy returns' }),
    tool('look_up', { record: 'order o-4' }),
    { text: 'It arrives on Thursday.' },
  ],
}

let provider: Provider
let collector: OtlpHttpCollector
beforeAll(async () => {
  provider = await startProvider(scripts)
  collector = await startOtlpHttp()
})
afterAll(async () => {
  await provider.stop()
  await collector.stop()
})

async function run(app: BuiltApp, env: Readonly<Record<string, string>>): Promise<NodeResult> {
  return runNode(app.program('index.js'), { cwd: app.dir, env })
}

/** Runs an example against the scripted provider, and gives what arrived of it. */
async function sent(name: string, script: keyof typeof scripts): Promise<readonly DecodedSpan[]> {
  await using app = await fixtureApp(fixture('langchain-1'), example(name))
  const result = await run(app, {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: `${provider.address(script, name)}/v1`,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(result.stdout).toBe(`${(scripts[script].at(-1) as { text: string }).text}\n`)
  const service = script
  return collector
    .spans()
    .filter((span) => span.resource['service.name'] === service)
    .sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
}

/** What an agent sums up, as receivers get it that are not MLflow. */
const sums = (span: DecodedSpan | undefined): unknown[] =>
  ['input', 'output'].map((kind) => span?.attributes[`turnspan.usage.${kind}_tokens`])

describe('a supervisor of agents', { timeout: 120_000 }, () => {
  test('is one tree of agents, tools and models, with tokens counted once', async () => {
    const spans = await sent('langgraph-supervisor', 'newsroom')
    const turn = (indent: string): string[] => [
      `${indent}model_request CHAIN OK`,
      `${indent}  ChatOpenAI CHAT_MODEL OK`,
    ]
    expect(treeOf(spans)).toEqual([
      'supervisor AGENT OK',
      ...turn('  '),
      '  tools CHAIN OK',
      '    research TOOL OK',
      '      researcher AGENT OK',
      ...turn('        '),
      '        tools CHAIN OK',
      '          search TOOL OK',
      ...turn('        '),
      ...turn('  '),
      '  tools CHAIN OK',
      '    write TOOL OK',
      '      writer AGENT OK',
      ...turn('        '),
      ...turn('  '),
    ])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    const usage = (name: string): unknown => sums(spans.find((span) => span.name === name))
    expect(usage('supervisor')).toEqual([120, 60])
    expect(usage('researcher')).toEqual([40, 20])
    expect(spans.every((span) => span.attributes['session.id'] === 'newsroom-1')).toBe(true)
  })

  test('runs without a key and without a target', async () => {
    await using app = await fixtureApp(fixture('langchain-1'), example('langgraph-supervisor'))
    const { code, stdout, stderr } = await run(app, {})
    expect(code).toBe(0)
    expect(stdout).toBe('The bridges of Lisbon are 5 to 80 metres long.\n')
    expect(stderr).toMatch(/^trace [0-9a-f]{32} .*\nsupervisor /)
  })
})

describe('a support assistant with a tool on an MCP server', { timeout: 120_000 }, () => {
  test('is one root, three tools, the model calls, and nothing twice', async () => {
    const spans = await sent('langgraph-support', 'support')
    const asks = ['    assistant CHAIN OK', '      ChatOpenAI CHAT_MODEL OK']
    const within = spans.filter(({ traceId }) => traceId === spans.find(isRoot)?.traceId)
    expect(treeOf(within)).toEqual([
      'support-assistant AGENT OK',
      '  support-graph CHAIN OK',
      ...asks,
      '    tools CHAIN OK',
      '      look_up TOOL OK',
      '      look_up TOOL OK',
      ...asks,
      '    tools CHAIN OK',
      '      look_up TOOL OK',
      ...asks,
    ])
    const tools = within.filter(({ name }) => name === 'look_up')
    expect(tools.map(({ attributes }) => attributes['gen_ai.tool.call.id']).sort()).toEqual([
      'call_customer c-17',
      'call_order o-4',
      'call_policy returns',
    ])
    expect(tools.map(({ attributes }) => attributes['mcp.method.name'])).toEqual(Array(3).fill('tools/call'))
    expect(within.every(({ attributes }) => attributes['user.id'] === 'c-17')).toBe(true)
    expect(within.every(({ attributes }) => attributes['session.id'] === 'support-c-17')).toBe(true)
    // What the client asked before the question was put.
    expect(spans.filter((span) => !within.includes(span)).map(({ name }) => name)).not.toContain('look_up')
  })

  test('runs without a key and without a target', async () => {
    await using app = await fixtureApp(fixture('langchain-1'), example('langgraph-support'))
    const { code, stdout, stderr } = await run(app, {})
    expect(code).toBe(0)
    expect(stdout).toBe(
      'Your parcel arrives on Thursday; you may send it back within 30 days, free of charge.\n',
    )
    expect(stderr).toMatch(/support-assistant /)
    expect(stderr.match(/look_up/g)).toHaveLength(3)
  })
})

const isRoot = (span: DecodedSpan): boolean => span.name === 'support-assistant'
