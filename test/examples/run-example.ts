import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { type NodeResult, runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import type { AttributeValue, DecodedSpan } from '../support/decoded-span.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))

/** Runs `examples/<program>` against the sources of turnspan. */
export function runExample(program: string, env: Readonly<Record<string, string>> = {}): Promise<NodeResult> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return runNode(`${examples}${program}`, {
    env: { ...env, TSX_TSCONFIG_PATH: `${examples}tsconfig.json` },
    nodeArgs: program.endsWith('.ts') ? [] : ['--import', tsx],
    cwd: examples,
  })
}

/** What an example wrote, and the spans that arrived at the collector that was its target. */
export interface Sent {
  readonly result: NodeResult
  readonly spans: readonly DecodedSpan[]
  readonly collector: OtlpHttpCollector
  /** The only span of that name. */
  span(name: string): DecodedSpan
}

// The clocks of two processes may differ a little.
const CLOCK_MS = 50

/** Runs an example that must end well and say nothing on stderr. */
export async function sendExample(program: string): Promise<Sent> {
  await using collector = await startOtlpHttp()
  const begin = Date.now() - CLOCK_MS
  const result = await runExample(program, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  const spans = collector.spans()
  for (const { name, startTimeUnixNano, endTimeUnixNano } of spans) {
    expect(Number(startTimeUnixNano / 1_000_000n), `start of ${name}`).toBeGreaterThanOrEqual(begin)
    expect(Number(endTimeUnixNano / 1_000_000n), `end of ${name}`).toBeLessThanOrEqual(Date.now() + CLOCK_MS)
  }
  return {
    result,
    spans,
    collector,
    span(name) {
      const found = spans.filter((span) => span.name === name)
      expect(found, `spans named ${name}`).toHaveLength(1)
      return found[0] as DecodedSpan
    },
  }
}

/** The tree of `spans` as lines, `'> > name'`; siblings in the order of their starts. */
export function outline(spans: readonly DecodedSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanId))
  const inOrder = [...spans].sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
  const walk = (span: DecodedSpan, depth: number): string[] => [
    `${'> '.repeat(depth)}${span.name}`,
    ...inOrder
      .filter((child) => child.parentSpanId === span.spanId)
      .flatMap((child) => walk(child, depth + 1)),
  ]
  return inOrder.filter((span) => !ids.has(span.parentSpanId ?? '')).flatMap((root) => walk(root, 0))
}

/** What a span took in and gave, from whichever key carries it. */
export function content(span: DecodedSpan): {
  in: AttributeValue | undefined
  out: AttributeValue | undefined
} {
  const { attributes } = span
  const read = (...keys: string[]): AttributeValue | undefined => {
    const value = keys.map((key) => attributes[key]).find((found) => found !== undefined)
    return typeof value === 'string' && /^[[{"]/.test(value) ? JSON.parse(value) : value
  }
  return {
    in: read('mlflow.spanInputs', 'gen_ai.tool.call.arguments', 'gen_ai.input.messages'),
    out: read('mlflow.spanOutputs', 'gen_ai.tool.call.result', 'gen_ai.output.messages'),
  }
}
