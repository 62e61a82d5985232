import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { TargetConfig } from '../../../src/config/config.ts'
import { createGrpcSender } from '../../../src/export/transport/grpc-sender.ts'
import { createHttpSender } from '../../../src/export/transport/http-sender.ts'
import type { TransportResult } from '../../../src/export/transport/sender.ts'
import { partialSuccess, startOtlpHttp } from '../../support/collector.ts'
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

const STATUSES: readonly (readonly [status: number, body: string, sent: Partial<TransportResult>])[] = [
  [400, 'bad', { outcome: 'refused', tooLarge: false }],
  [400, 'http: request body too large', { outcome: 'refused', tooLarge: true }],
  [413, '', { outcome: 'refused', tooLarge: true }],
  [413, '<html><h1>413 Request Entity Too Large</h1>', { outcome: 'refused', tooLarge: true }],
  [422, 'bad', { outcome: 'refused', tooLarge: false }],
  ...[
    '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
    'Client sent an HTTP request to an HTTPS server.\n',
    'Bad Request\nThis combination of host and port requires TLS.',
    "Your browser sent a request. You're speaking plain HTTP to an SSL-enabled server port.",
  ].map(
    (body) =>
      [400, body, { outcome: 'hold', reason: expect.stringContaining('try https://') as never }] as const,
  ),
  [400, '<html><title>400 The SSL certificate error</title></html>', { outcome: 'hold' }],
  [400, '<html><title>400 Request Header Or Cookie Too Large</title></html>', { outcome: 'hold' }],
  [400, '<!doctype html><title>Bad Request</title>', { outcome: 'hold' }],
  [409, '<html>conflict</html>', { outcome: 'hold' }],
  [422, '  <!DOCTYPE HTML><p>no', { outcome: 'hold' }],
  [400, 'Invalid HTTP request received.', { outcome: 'hold' }],
  ...[
    '{"error":"unauthorized"}',
    '{"error":{"code":"AccessDenied"}}',
    '{"errors":[{"message":"no"}]}',
    '{"status":"error","message":"quota"}',
    '{"success":false}',
    '{"ok":false}',
    '{"code":16,"message":"no"}',
    '{"statusCode":403}',
    '{"message":"Forbidden"}',
    '{"detail":"Not authenticated: token expired"}',
    '{"__type":"AccessDeniedException"}',
    '"unauthorized"',
    'AccessDenied',
    'Access denied',
    'Unauthorized',
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
  ].map(
    (body) => [200, body, { outcome: 'hold', reason: expect.stringContaining('an error') as never }] as const,
  ),
  ...[
    'OK',
    '{"status":"ok"}',
    '{"status":"success","errors":[],"error":null}',
    '{"code":0,"message":"accepted"}',
    '{"code":200,"msg":"SUCCESS"}',
    '{"success":true,"errorCount":0}',
  ].map((body) => [200, body, { outcome: 'accepted' }] as const),
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
  await using server = await startOtlpHttp({
    afterwards: { status, body, headers: { 'content-type': 'text/plain' } },
  })
  const url = `${server.url}/v1/traces`
  const sender = createHttpSender(url, targetOf(url))
  expect(await sender.send(new Uint8Array(), {})).toMatchObject({
    ...(status >= 300 && { reason: expect.stringContaining(`HTTP ${status}`) }),
    ...sent,
  })
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['identity, gzip', gzipSync],
] as const)('what is said in a reply compressed by %s is read', async (encoding, compress) => {
  const body = compress(Buffer.from(partialSuccess(3, 'quota').body ?? ''))
  const headers = { 'content-encoding': encoding }
  await using server = await startOtlpHttp({
    answers: [
      { headers, body },
      { status: 400, headers, body: compress('no such attribute') },
    ],
  })
  const url = `${server.url}/v1/traces`
  const sender = createHttpSender(url, targetOf(url))
  const said = { rejectedSpans: 3, message: 'quota' }
  expect(await sender.send(new Uint8Array(), {})).toMatchObject({ outcome: 'accepted', said })
  expect(await sender.send(new Uint8Array(), {})).toMatchObject({ reason: 'HTTP 400: no such attribute' })
})

test('a status of gRPC in the body of a success is an error', async () => {
  const body = Buffer.from([0x08, 16, 0x12, 2, 0x6e, 0x6f])
  await using server = await startOtlpHttp({ afterwards: { body } })
  const url = `${server.url}/v1/traces`
  expect(await createHttpSender(url, targetOf(url)).send(new Uint8Array(), {})).toMatchObject({
    outcome: 'hold',
  })
})

const CODES: readonly (readonly [code: number, message: string, sent: Partial<TransportResult>])[] = [
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
  [17, 'unknown', { outcome: 'refused', serverFault: true }],
  [4_294_967_295, 'unknown', { outcome: 'refused', serverFault: true }],
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
