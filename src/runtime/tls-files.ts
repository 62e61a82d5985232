import { diagnose } from './diagnostics.ts'
import { ConfigError, messageOf } from './errors.ts'

/** Files that hold TLS material. */
export interface TlsFiles {
  readonly caFile?: string
  readonly clientCertFile?: string
  readonly clientKeyFile?: string
  /** Accept any server certificate. */
  readonly insecure: boolean
}

/** TLS material as Node takes it; the same object as long as the files are the same. */
export interface TlsMaterial {
  /** Trusted authorities, PEM; these and no others, as in the Python client. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized: boolean
}

interface Loaded {
  readonly stamp: string
  readonly material: TlsMaterial
}

type FileOption = 'caFile' | 'clientCertFile' | 'clientKeyFile'

const VARIABLES: Readonly<Record<FileOption, string>> = {
  caFile:
    'MLFLOW_TRACKING_SERVER_CERT_PATH, OTEL_EXPORTER_OTLP_CERTIFICATE, REQUESTS_CA_BUNDLE or SSL_CERT_FILE',
  clientCertFile: 'MLFLOW_TRACKING_CLIENT_CERT_PATH or OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
  clientKeyFile: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
}
const OPTIONS = ['caFile', 'clientCertFile', 'clientKeyFile'] as const

const SECURE: TlsMaterial = { rejectUnauthorized: true }
const INSECURE: TlsMaterial = { rejectUnauthorized: false }

let cache: WeakMap<TlsFiles, Loaded> | undefined

/**
 * Reads the TLS files of `files`; again when one of them changed, so that rotated certificates take effect. When
 * a changed file cannot be read, the material of before stays in use and a diagnostic says so.
 *
 * @throws {@link ConfigError} when a file cannot be read, or is not PEM, the first time
 */
export async function loadTls(files: TlsFiles): Promise<TlsMaterial> {
  if (!OPTIONS.some((option) => files[option])) return files.insecure ? INSECURE : SECURE
  cache ??= new WeakMap()
  const before = cache.get(files)
  try {
    const stamp = await stampOf(files)
    if (before?.stamp === stamp) return before.material
    const material = await read(files)
    cache.set(files, { stamp, material })
    return material
  } catch (thrown) {
    if (!before) throw thrown
    const data = { option: thrown instanceof ConfigError ? thrown.option : '' }
    diagnose(
      'warn',
      'TS_TLS_FILE',
      `${messageOf(thrown)} The certificates and keys that were read before stay in use.`,
      data,
      data.option,
    )
    return before.material
  }
}

// stat follows links: Kubernetes rotates a mounted secret by turning a link to another directory.
async function stampOf(files: TlsFiles): Promise<string> {
  const { stat } = await import('node:fs/promises')
  const stamps: string[] = []
  for (const option of OPTIONS) {
    const file = files[option]
    if (!file) continue
    try {
      const { mtimeMs, size, ino } = await stat(file)
      stamps.push(`${option}:${ino}:${size}:${mtimeMs}`)
    } catch (thrown) {
      throw unreadable(option, file, thrown)
    }
  }
  return stamps.join()
}

async function read(files: TlsFiles): Promise<TlsMaterial> {
  const ca = files.caFile && (await readPem('caFile', files.caFile, 'CERTIFICATE'))
  const cert = files.clientCertFile && (await readPem('clientCertFile', files.clientCertFile, 'CERTIFICATE'))
  const key = await readKey(files, cert)
  return {
    rejectUnauthorized: !files.insecure,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  }
}

// MLFLOW_TRACKING_CLIENT_CERT_PATH is one file with certificate and key in the Python client.
async function readKey(files: TlsFiles, cert: string | undefined): Promise<string | undefined> {
  if (files.clientKeyFile) return readPem('clientKeyFile', files.clientKeyFile, 'PRIVATE KEY')
  if (!cert || hasBlock(cert, 'PRIVATE KEY')) return cert
  throw new ConfigError(
    'clientKeyFile',
    `The client certificate ${files.clientCertFile} holds no private key: add the key to that file, or name its ` +
      `own file (option clientKeyFile, variable ${VARIABLES.clientKeyFile}).`,
  )
}

async function readPem(option: FileOption, file: string, block: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (thrown) {
    throw unreadable(option, file, thrown)
  }
  if (hasBlock(text, block)) return text
  throw new ConfigError(
    option,
    `${file} (option ${option}, variable ${VARIABLES[option]}) is not a PEM file with a ${block}. Convert it to PEM, ` +
      'or name the right file.',
  )
}

const hasBlock = (pem: string, block: string): boolean =>
  new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${block}-----`).test(pem)

function unreadable(option: FileOption, file: string, thrown: unknown): ConfigError {
  return new ConfigError(
    option,
    `Cannot read ${file} (option ${option}, variable ${VARIABLES[option]}): ${reasonOf(thrown)}. Check the path, and ` +
      'that this process may read the file.',
    { cause: thrown },
  )
}

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  if (code === 'EISDIR') return 'it is a directory, and one PEM file is needed'
  return messageOf(thrown)
}
