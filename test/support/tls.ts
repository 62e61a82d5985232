import { rmSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

/** A private authority with a server and a client certificate, as files and as PEM texts. */
export interface TestCertificates {
  readonly dir: string
  readonly caFile: string
  /** For localhost, 127.0.0.1 and ::1. */
  readonly certFile: string
  readonly keyFile: string
  /** Common name `turnspan-client`. */
  readonly clientCertFile: string
  readonly clientKeyFile: string
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly clientCert: string
  readonly clientKey: string
  remove(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const EXTENSIONS = `[server]
subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
extendedKeyUsage=serverAuth
[client]
extendedKeyUsage=clientAuth
`

/** Makes them with openssl in a new temporary folder (about 0.1 s); removed by `remove` or at exit. */
export async function makeCertificates(): Promise<TestCertificates> {
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-tls-'))
  const removeAtExit = (): void => rmSync(dir, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  const remove = async (): Promise<void> => {
    process.off('exit', removeAtExit)
    await rm(dir, { recursive: true, force: true })
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await writeFile(join(dir, 'ext.cnf'), EXTENSIONS)
  await openssl(dir, [
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=turnspan test CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  ])
  for (const [name, subject] of [
    ['server', '/CN=localhost'],
    ['client', '/CN=turnspan-client'],
  ] as const) {
    await openssl(dir, ['req', ...newKey, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`])
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      `${name}.pem`,
    ]
    await openssl(dir, [
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-extfile',
      'ext.cnf',
      '-extensions',
      name,
      ...signed,
    ])
  }
  const path = (name: string): string => join(dir, name)
  const text = (name: string): Promise<string> => readFile(path(name), 'utf8')
  return {
    dir,
    caFile: path('ca.pem'),
    certFile: path('server.pem'),
    keyFile: path('server.key'),
    clientCertFile: path('client.pem'),
    clientKeyFile: path('client.key'),
    ca: await text('ca.pem'),
    cert: await text('server.pem'),
    key: await text('server.key'),
    clientCert: await text('client.pem'),
    clientKey: await text('client.key'),
    remove,
    [Symbol.asyncDispose]: remove,
  }
}

async function openssl(cwd: string, args: readonly string[]): Promise<void> {
  try {
    await run('openssl', args, { cwd })
  } catch (cause) {
    if ((cause as { cause?: NodeJS.ErrnoException }).cause?.code !== 'ENOENT') throw cause
    throw new Error('The TLS tests need the openssl program on the PATH (Debian: apt-get install openssl).', {
      cause,
    })
  }
}
