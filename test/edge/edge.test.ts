import { beforeEach, describe, expect, test, vi } from 'vitest'
import { edgeEntries, entries } from '../../scripts/entries.ts'
import * as edge from '../../src/edge/index.ts'
import { isIPv4, isIPv6 } from '../../src/edge/net.ts'
import { TurnspanExporter, TurnspanProcessor } from '../../src/edge/otel.ts'
import { captureTraces } from '../../src/edge/testing.ts'
import { type Diagnostic, onDiagnostic } from '../../src/index.ts'
import { resetDiagnosed } from '../../src/runtime/diagnostics.ts'

const said: Diagnostic[] = []
beforeEach(() => {
  said.length = 0
  resetDiagnosed()
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  return onDiagnostic((diagnostic) => said.push(diagnostic))
})

const namesOf = async (source: string | undefined): Promise<string[]> =>
  Object.keys((await import(/* @vite-ignore */ `../../${source}`)) as object).sort()

test.each(Object.keys(entries).filter((name) => name !== 'register'))(
  'the entry %s has the same names without Node',
  async (name) => {
    expect(await namesOf(edgeEntries[name])).toEqual(await namesOf(entries[name]))
  },
)

describe('without Node', () => {
  test('init says once that nothing is traced, and why', () => {
    const status = edge.init({ target: 'console' })
    edge.init()
    expect(status).toMatchObject({ enabled: false, captureContent: false })
    expect(status.reason).toContain('browsers and edge runtimes')
    expect(said.map(({ code }) => code)).toEqual(['TS_RUNTIME'])
  })

  test('functions run what they are given, with a span that takes everything', async () => {
    expect(edge.withAgent({ agent: 'a' }, (span) => span.setInputs(1).isRecording())).toBe(false)
    expect(edge.withTool({ tool: 't' }, () => 2)).toBe(2)
    expect(edge.withSpan(() => 3)).toBe(3)
    expect(edge.tracingContext({ user: 'u' }, () => 4)).toBe(4)
    expect(edge.withRemoteContext({}, () => 5)).toBe(5)
    expect(edge.withActiveSpan(edge.startSpan({ name: 's' }), () => 6)).toBe(6)
    expect(edge.injectHeaders({ a: 'b' })).toEqual({ a: 'b' })
    expect(await edge.flushTraces()).toEqual(edge.stats())
    expect(await edge.shutdown()).toEqual(edge.stats())
    const handler = async (): Promise<number> => 7
    expect(edge.withFlush(handler)).toBe(handler)
    edge.updateCurrentTrace({ user: 'u' })
    expect(edge.getCurrentActiveSpan()).toBeUndefined()
    expect(said).toEqual([])
  })

  test('trace gives back the very function, and leaves methods as they are in both dialects', () => {
    const add = (a: number, b: number): number => a + b
    expect(edge.trace(add)).toBe(add)
    expect(edge.trace({ name: 'add' }, add)).toBe(add)
    class Agent {
      @edge.trace({ name: 'answer' })
      answer(): string {
        return 'yes'
      }

      @edge.trace()
      static make(): Agent {
        return new Agent()
      }
    }
    expect(Agent.make().answer()).toBe('yes')
    const legacy = edge.trace as unknown as (...given: unknown[]) => unknown
    expect(legacy(Agent.prototype, 'answer', { value: add })).toBeUndefined()
    expect(legacy(Agent, 'make', { value: add })).toBeUndefined()
  })

  test('IDs are made and read, and secrets are found', () => {
    const id = edge.newResponseId()
    expect(edge.responseIdFromTraceId(edge.traceIdFromResponseId(id))).toBe(id)
    const redact = edge.redactSecrets({ ipAddresses: true })
    const context = { span: 's', spanType: 'UNKNOWN', key: 'inputs', path: [] }
    expect(redact('from 10.0.0.1 to fe80::1', context)).toBe('from [redacted: ip] to [redacted: ip]')
  })

  test('a capture says why it sees nothing', async () => {
    using traces = captureTraces()
    edge.withAgent({ agent: 'a' }, () => 1)
    await traces.settled()
    expect(traces.all).toEqual([])
    expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_RUNTIME'])
    expect(() => traces.get('agent:a')).toThrow(/browsers and edge runtimes/)
  })

  test('an exporter fails instead of losing spans in silence', () => {
    const results: unknown[] = []
    new TurnspanExporter().export([], (result) => results.push(result))
    expect(results).toMatchObject([{ code: 1, error: { message: expect.stringContaining('sends nothing') } }])
    new TurnspanProcessor()
    expect(said).toHaveLength(1)
  })

  test('a call of MLflow is rejected with the reason', async () => {
    const { createMlflowClient, MlflowError } = await import('../../src/edge/mlflow.ts')
    const call = createMlflowClient().getTrace('x')
    await expect(call).rejects.toThrow(MlflowError)
    await expect(call).rejects.toThrow(/browsers and edge runtimes/)
  })

  test('every integration leaves its package as it is, and says so', async () => {
    const { instrumentOpenAI } = await import('../../src/edge/openai.ts')
    const given = Object.freeze({})
    instrumentOpenAI(given)()
    expect(said.map(({ message }) => message)).toEqual([
      expect.stringContaining('instrumentOpenAI() has no effect'),
    ])
  })

  test('addresses are told apart as Node does', async () => {
    const net = await import('node:net')
    const texts = ['1.2.3.4', '256.1.1.1', '01.2.3.4', '1.2.3', '::', '::1', 'fe80::1%eth0', 'fe80::1%']
    texts.push('1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7', '1::8', '1::2::3', '::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4')
    texts.push('12345::', 'g::', '', ':', ':::', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8:9')
    texts.push('1.2.3.4::', '::1.2.3.4:5', '1:2:3:4:5:6:7:1.2.3.4', '::1.2.3.4', ' ::1', '::1\n')
    for (const text of texts) {
      expect([text, isIPv4(text), isIPv6(text)]).toEqual([text, net.isIPv4(text), net.isIPv6(text)])
    }
  })
})
