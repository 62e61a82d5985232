import { expect, test } from 'vitest'
import { explain, HttpError } from '../../src/runtime/http-error.ts'

const withCode = (code: string, message = 'said by Node'): Error =>
  Object.assign(new Error(message), { code })
const SSL = 'write EPROTO 80:error:0A00010B:SSL routines:ssl3_read_bytes:'

test.each([
  ['ECONNREFUSED', 'refused', 'nothing accepts'],
  ['EAI_AGAIN', 'dns', 'DNS gave no answer'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', 'private authority'],
  ['CERT_HAS_EXPIRED', 'tls', 'has expired'],
  ['CERT_SOMETHING_NEW', 'tls', 'said by Node'],
  ['HPE_INVALID_VERSION', 'not-http', 'does not speak HTTP/1.1'],
  ['ERR_INVALID_ARG_VALUE', 'invalid-request', 'cannot be sent'],
  ['EMFILE', 'network', 'said by Node'],
])('explains %s as %s', (code, kind, text) => {
  const error = explain(withCode(code), 'https://host:1')
  expect(error).toMatchObject({ kind, code })
  expect(error.message).toContain(`https://host:1: `)
  expect(error.message).toContain(text)
  expect(error.cause).toBeInstanceOf(Error)
})

test.each([
  ['wrong version number', 'does not speak TLS'],
  ['packet length too long', 'does not speak TLS'],
  ['unsafe legacy renegotiation', 'TLS failed: unsafe legacy renegotiation ('],
])('explains what OpenSSL says of a %s', (reason, text) => {
  const error = explain(withCode('EPROTO', `${SSL}${reason}:../deps/x.c:350:`), 'https://host:1')
  expect(error.kind).toBe('tls')
  expect(error.message).toContain(text)
  expect(error.message).not.toContain('deps')
})

test('looks into the errors of several addresses', () => {
  const all = new AggregateError([withCode('ECONNREFUSED'), withCode('EHOSTUNREACH')], '')
  expect(explain(all, 'http://host:1').kind).toBe('refused')
})

test('explains what is no error, and leaves its own as they are', () => {
  expect(explain('odd', 'http://host:1')).toMatchObject({ kind: 'network', code: 'UNKNOWN' })
  const own = new HttpError('timeout', 'ETIMEDOUT', 'late')
  expect(explain(own, 'http://host:1')).toBe(own)
})
