import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { startOtlpHttp } from '../support/collector.ts'
import { startOtlpGrpc } from '../support/otlp-grpc-server.ts'
import { freePort } from '../support/server-process.ts'
import { type ExitRun, ending, endsUntraced, exitApp, runToEnd } from './program.ts'

const TIMEOUT_MS = 700
// Start of the process, its exit worker, and a machine that does other things as well.
const MARGIN_MS = 2500

/** Ways to end with the event loop empty, with none left, and by a signal. */
const WAYS: readonly { readonly way: string; readonly signal?: NodeJS.Signals }[] = [
  { way: 'natural' },
  { way: 'exit 3' },
  { way: 'throw' },
  { way: 'stay', signal: 'SIGTERM' },
]

let app: BuiltApp
beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())

describe.each(WAYS)('a process that ends by: $way', ({ way, signal }) => {
  const runOf = (env: Record<string, string>): ExitRun => ({
    args: [way],
    signal,
    env: {
      TURNSPAN_EXIT_TIMEOUT_MS: String(TIMEOUT_MS),
      TURNSPAN_SPOOL: 'false',
      ...env,
    },
  })

  /** It ends like without tracing, within the deadline, and says what was lost. */
  const expectLoss = async (env: Record<string, string>): Promise<void> => {
    const run = runOf(env)
    const plain = await endsUntraced(app, 'end.mjs', run)
    const { ms, ...ended } = await runToEnd(app, 'end.mjs', run)
    expect(ending(ended)).toMatchObject({ code: plain.code, signal: plain.signal, stdout: plain.stdout })
    const own = ended.stderr.split('\n').filter((line) => line.startsWith('turnspan '))
    expect(own.filter((line) => line.includes('TS_EXIT_LOST'))).toEqual([expect.stringMatching(/\b1 span\b/)])
    const theirs = ended.stderr.split('\n').filter((line) => !line.startsWith('turnspan '))
    expect(theirs.join('\n')).toBe(plain.stderr)
    expect(ms).toBeLessThan(TIMEOUT_MS + MARGIN_MS)
  }

  it('gives up on a dead server and says so', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    await expectLoss({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' })
  })

  it('gives up on a dead gRPC server and says so', async () => {
    await expectLoss({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` })
  })

  it('gives up on a server that does not answer and says so', async () => {
    await using receiver = await startOtlpHttp({ afterwards: 'hang' })
    await expectLoss({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    })
  })

  it('gives up on a port that accepts and is silent, whatever is spoken there', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    try {
      const { port } = silent.address() as { port: number }
      await expectLoss({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
    } finally {
      silent.close()
    }
  })

  it('delivers to a server that comes to its senses before the deadline', async () => {
    await using receiver = await startOtlpHttp({ answers: [503, 503] })
    const run: ExitRun = {
      args: [way],
      signal,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        TURNSPAN_EXIT_TIMEOUT_MS: '8000',
      },
    }
    const ended = await runToEnd(app, 'end.mjs', run)
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(ended.stderr).not.toContain('TS_EXIT_LOST')
  })

  it('delivers where the protocol is not known yet', async () => {
    await using receiver = await startOtlpHttp()
    const run = runOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, TURNSPAN_EXIT_TIMEOUT_MS: '8000' })
    const plain = await endsUntraced(app, 'end.mjs', run)
    const ended = await runToEnd(app, 'end.mjs', run)
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(ended).toMatchObject({ code: plain.code, signal: plain.signal, stdout: plain.stdout })
  })

  it('delivers where the experiment is known by its name only', async () => {
    await using receiver = await startOtlpHttp({
      routes: {
        'GET /server-info': { body: '{"store_type":"sql"}', headers: { 'content-type': 'application/json' } },
        'POST /api/2.0/mlflow/experiments/search': {
          body: '{"experiments":[{"experiment_id":"42","name":"chats","lifecycle_stage":"active"}]}',
          headers: { 'content-type': 'application/json' },
        },
      },
    })
    const run = runOf({
      MLFLOW_TRACKING_URI: receiver.url,
      MLFLOW_EXPERIMENT_NAME: 'chats',
      TURNSPAN_EXIT_TIMEOUT_MS: '8000',
    })
    const ended = await runToEnd(app, 'end.mjs', run)
    const plain = await endsUntraced(app, 'end.mjs', run)
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(receiver.requests.find(({ spans }) => spans.length > 0)?.headers['x-mlflow-experiment-id']).toBe(
      '42',
    )
    expect(ended).toMatchObject({ code: plain.code, signal: plain.signal, stdout: plain.stdout })
  })

  it('says nothing and waits for nothing where nothing is configured', async () => {
    const ended = await runToEnd(app, 'end.mjs', { args: [way], signal })
    expect(ending(ended)).toEqual(await endsUntraced(app, 'end.mjs', { args: [way], signal }))
  })

  it('delivers over gRPC where the server is there at the second look', async () => {
    await using receiver = await startOtlpGrpc({ answers: ['UNAVAILABLE'] })
    const run = runOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcUrl, TURNSPAN_EXIT_TIMEOUT_MS: '8000' })
    await runToEnd(app, 'end.mjs', run)
    expect((await receiver.spans()).map(({ name }) => name)).toEqual(['work'])
  })
})
