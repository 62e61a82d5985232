import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAuth } from '../../src/mlflow/auth.ts'
import { type Diagnostic, onDiagnostic, resetDiagnosed } from '../../src/runtime/diagnostics.ts'

let dir: string
let said: Diagnostic[]
let stop: () => void

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'turnspan-auth-'))
  said = []
  resetDiagnosed()
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
})
afterEach(async () => {
  stop()
  await rm(dir, { recursive: true, force: true })
})

test.each([
  [{}, {}],
  [{ token: 't' }, { authorization: 'Bearer t' }],
  [{ username: 'u', password: 'ü:p' }, { authorization: 'Basic dTrDvDpw' }],
  [{ username: 'u', password: 'p', token: 't', tokenFile: '/x' }, { authorization: 'Basic dTpw' }],
  [{ username: 'u', token: 't' }, { authorization: 'Bearer t' }],
])('makes of %j the headers %j', async (config, headers) => {
  const auth = createAuth(config)
  expect(await auth.headers()).toEqual(headers)
  expect(await auth.refresh()).toBe(false)
})

test('warns of a password that MLflow refuses for spans, without showing it', () => {
  createAuth({ username: 'u', password: 'ascii only' })
  expect(said).toEqual([])
  createAuth({ username: 'u', password: 'größe' })
  expect(said.map(({ code }) => code)).toEqual(['TS_PASSWORD_NOT_ASCII'])
  expect(JSON.stringify(said)).not.toContain('größe')
})

test('follows a token file that is rotated by a link', async () => {
  const [one, two, link] = [join(dir, 'one'), join(dir, 'two'), join(dir, 'token')]
  await writeFile(one, '  first\n')
  await writeFile(two, 'other\n\n')
  await symlink(one, link)
  const auth = createAuth({ tokenFile: link })
  expect(await auth.headers()).toEqual({ authorization: 'Bearer first' })
  await symlink(two, `${link}.new`)
  await rename(`${link}.new`, link)
  expect(await auth.headers()).toEqual({ authorization: 'Bearer other' })
})

test('says after a 401 whether the token changed, to all who ask together', async () => {
  const tokenFile = join(dir, 'token')
  await writeFile(tokenFile, 'first')
  const auth = createAuth({ tokenFile })
  await auth.headers()
  expect(await auth.refresh()).toBe(false)
  await writeFile(tokenFile, 'second')
  expect(await auth.refresh()).toBe(true)
  expect(await auth.refresh()).toBe(true)
  expect(await auth.headers()).toEqual({ authorization: 'Bearer second' })
})

test.each([
  ['empty', '  \n'],
  ['no single token', 'two words'],
])('keeps the last good token when the file is %s, and says so once', async (_, content) => {
  const tokenFile = join(dir, 'token')
  await writeFile(tokenFile, 'good')
  const auth = createAuth({ tokenFile })
  await auth.headers()
  await writeFile(tokenFile, content)
  expect(await auth.headers()).toEqual({ authorization: 'Bearer good' })
  expect(await auth.headers()).toEqual({ authorization: 'Bearer good' })
  expect(said.map(({ code }) => code)).toEqual(['TS_TOKEN_FILE'])
  expect(said[0]?.message).not.toContain('two words')
})

test('sends no token as long as the file is missing, and the token once it is there', async () => {
  const tokenFile = join(dir, 'late')
  const auth = createAuth({ tokenFile })
  expect(await auth.headers()).toEqual({})
  expect(said).toHaveLength(1)
  await writeFile(tokenFile, 'now')
  expect(await auth.headers()).toEqual({ authorization: 'Bearer now' })
})
