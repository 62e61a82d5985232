import { cp, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Diagnostic, onDiagnostic } from '../../src/runtime/diagnostics.ts'
import { ConfigError } from '../../src/runtime/errors.ts'
import { loadTls } from '../../src/runtime/tls-files.ts'
import { makeCertificates, type TestCertificates } from '../support/tls.ts'

let certificates: TestCertificates
let dir: string

beforeAll(async () => {
  certificates = await makeCertificates()
  dir = await mkdtemp(join(tmpdir(), 'turnspan-tls-files-'))
})
afterAll(async () => {
  await certificates.remove()
  await rm(dir, { recursive: true, force: true })
})

test('gives one material for all who name no file', async () => {
  expect(await loadTls({ insecure: false })).toBe(await loadTls({ insecure: false }))
  expect(await loadTls({ insecure: true })).toEqual({ rejectUnauthorized: false })
})

test('gives the same material as long as the files are the same', async () => {
  const files = { caFile: certificates.caFile, insecure: false }
  const first = await loadTls(files)
  expect(first.ca).toBe(certificates.ca)
  expect(await loadTls(files)).toBe(first)
})

test('takes the key from the certificate file when no other is named', async () => {
  const clientCertFile = join(dir, 'both.pem')
  await writeFile(clientCertFile, certificates.clientCert + certificates.clientKey)
  const material = await loadTls({ clientCertFile, insecure: false })
  expect(material.key).toContain(certificates.clientKey)
})

test('reads again when a link leads to another file', async () => {
  const [one, two, link] = [join(dir, 'one'), join(dir, 'two'), join(dir, 'link')]
  await cp(certificates.caFile, one)
  await writeFile(two, certificates.cert)
  await symlink(one, link)
  const files = { caFile: link, insecure: false }
  expect((await loadTls(files)).ca).toBe(certificates.ca)
  await symlink(two, `${link}.new`)
  await rename(`${link}.new`, link)
  expect((await loadTls(files)).ca).toBe(certificates.cert)
})

test('keeps the material of before when a file goes away, and says so', async () => {
  const caFile = join(dir, 'gone.pem')
  await cp(certificates.caFile, caFile)
  const files = { caFile, insecure: false }
  const first = await loadTls(files)
  await rm(caFile)
  const said: Diagnostic[] = []
  const stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  expect(await loadTls(files)).toBe(first)
  stop()
  expect(said.map(({ code }) => code)).toEqual(['TS_TLS_FILE'])
})

test.each([
  ['is missing', 'caFile', 'missing.pem', 'there is no such file'],
  ['is a directory', 'caFile', '.', 'it is a directory'],
  ['is not PEM', 'caFile', 'text.pem', 'is not a PEM file with a CERTIFICATE'],
  ['has no key', 'clientCertFile', 'ca.pem', 'holds no private key'],
] as const)('names file, option and remedy when a file %s', async (_, option, name, reason) => {
  await writeFile(join(dir, 'text.pem'), 'hello')
  await cp(certificates.caFile, join(dir, 'ca.pem'))
  const file = join(dir, name)
  const error = await loadTls({ [option]: file, insecure: false }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  const { message } = error as ConfigError
  expect(message).toContain(reason)
  expect(message).toContain(file)
  expect(message).toMatch(/option \w+File, variable/)
})
