import { expect, test } from 'vitest'
import type { TargetConfig } from '../../../src/config/config.ts'
import { createGrpcSender } from '../../../src/delivery/grpc-sender.ts'
import { createHttpSender } from '../../../src/delivery/http-sender.ts'
import type { Sent } from '../../../src/delivery/sender.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { answeringWith, startHostileGrpc } from './grpc-server.ts'

const targetOf = (endpoint: string): TargetConfig => ({
  endpoint,
  protocol: 'http/protobuf',
  protocolIsGuess: false,
  httpEndpoint: endpoint,
  headers: {},
  compression: 'none',
  timeoutMs: 5000,
  tls: { insecure: false },
  isMlflow: 'no',
  mlflow: { baseUrl: endpoint, auth: {}, authOnEndpoint: false, requestTimeoutMs: 5000, maxRetries: 0 },
})

const STATUSES: readonly (readonly [status: number, body: string, sent: Partial<Sent>])[] = [
  [400, 'bad', { outcome: 'refused', tooLarge: false }],
  [400, 'http: request body too large', { outcome: 'refused', tooLarge: true }],
  [413, '', { outcome: 'refused', tooLarge: true }],
  [413, '<html><h1>413 Request Entity Too Large</h1>', { outcome: 'refused', tooLarge: true }],
  [422, 'bad', { outcome: 'refused', tooLarge: false }],
  [500, 'oops', { outcome: 'refused', serverFault: true }],
  [401, '', { outcome: 'unauthorized' }],
  ...[301, 308, 402, 403, 404, 405, 407, 410, 415, 421, 426, 431, 451, 501, 505, 511].map(
    (status) => [status, '', { outcome: 'hold' }] as const,
  ),
  ...[408, 425, 429, 502, 503, 504, 507, 520, 529, 599].map(
    (status) => [status, '', { outcome: 'retry' }] as const,
  ),
]

test.each(STATUSES)('HTTP %i with "%s" comes to %o', async (status, body, sent) => {
  await using server = await startOtlpHttp({ afterwards: { status, body } })
  const url = `${server.url}/v1/traces`
  const sender = createHttpSender(url, targetOf(url))
  expect(await sender.send(new Uint8Array(), {})).toMatchObject({
    ...sent,
    reason: expect.stringContaining(`HTTP ${status}`),
  })
})

const CODES: readonly (readonly [code: number, message: string, sent: Partial<Sent>])[] = [
  [8, 'grpc: received message larger than max (9 vs. 4)', { outcome: 'refused', tooLarge: true }],
  [8, 'gRPC message exceeds maximum size 4194304: 5242880', { outcome: 'refused', tooLarge: true }],
  [8, 'ingestion rate limit exceeded', { outcome: 'retry' }],
  [11, 'Error, decoded message length too large: found 9 bytes', { outcome: 'refused', tooLarge: true }],
  [11, 'later', { outcome: 'retry' }],
  [3, 'bad', { outcome: 'refused', tooLarge: false }],
  [2, 'oops', { outcome: 'refused', serverFault: true }],
  [13, 'oops', { outcome: 'refused', serverFault: true }],
  [14, 'going down', { outcome: 'retry' }],
  [7, 'no', { outcome: 'hold' }],
  [16, 'no', { outcome: 'unauthorized' }],
]

test.each(CODES)('gRPC code %i with "%s" comes to %o', async (code, message, sent) => {
  const trailers = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) }
  await using server = await startHostileGrpc(() => answeringWith(new Uint8Array(), trailers))
  const sender = createGrpcSender(targetOf(`http://127.0.0.1:${server.port}`))
  expect(await sender.send(new Uint8Array(), {})).toMatchObject({
    ...sent,
    reason: expect.stringContaining(message),
  })
  sender.close()
})
