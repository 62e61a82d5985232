import { expect } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { type Command, type Ended, runCommand } from './command.ts'

/** The servers that a program of `programs/` talks to. */
export interface Servers extends AsyncDisposable {
  readonly provider: Provider
  readonly collector: OtlpHttpCollector
  /** Variables for the program: where the model is, and where spans go. */
  readonly env: Readonly<Record<string, string>>
}

let runs = 0

/** Starts a model provider and an OTLP collector on loopback. */
export async function startServers(script = 'hello'): Promise<Servers> {
  const [provider, collector] = await Promise.all([startProvider(), startOtlpHttp()])
  runs += 1
  return {
    provider,
    collector,
    env: {
      BASE_URL: `${provider.address(script, `environment${runs}`)}/v1`,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([provider.stop(), collector.stop()])
    },
  }
}

/** How a program ended, and what arrived of it. */
export interface Outcome extends Ended {
  readonly spans: readonly DecodedSpan[]
}

/** Runs a program to its end, with servers of its own. */
export async function runAgent(command: Command): Promise<Outcome> {
  await using servers = await startServers()
  const ended = await runCommand({ ...command, env: { ...servers.env, ...command.env } })
  return { ...ended, spans: servers.collector.spans() }
}

/** What the provider answers. */
export const ANSWER = 'Hello! How can I help you today?'

/** The one trace of an agent of `programs/`: a turn with its tool and its model call below it. */
export function expectTree(spans: readonly DecodedSpan[]): void {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]))
  const edges = spans.map(({ name, parentSpanId = '' }) => `${names.get(parentSpanId) ?? ''} > ${name}`)
  expect(edges.sort()).toEqual([' > agent:clerk', 'agent:clerk > chat gpt-4o', 'agent:clerk > tool:clock'])
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
}

/** The program did what it does without turnspan, said nothing else, and its trace is whole. */
export function expectAgent({ code, stdout, stderr, spans }: Outcome): void {
  expect({ code, stdout: stdout.trim(), stderr }).toEqual({ code: 0, stdout: ANSWER, stderr: '' })
  expectTree(spans)
}
