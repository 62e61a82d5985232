import type { AuthConfig } from '../config/config.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { realTime } from '../runtime/real-time.ts'
import { noteSecrets } from '../runtime/secrets.ts'

/** Who we are to the server, as headers. */
export interface Auth {
  /** The `authorization` header, or nothing. Never rejects. */
  headers(): Promise<Record<string, string>>
  /** After a 401: reads the token file again. Whether the credential is another one now, so that asking again makes sense. */
  refresh(): Promise<boolean>
}

// Requests in flight together get their 401s one after the other; the first refresh must count for all of them.
const SHARED_REFRESH_MS = 10_000

/** Credentials from `config`. User name and password together win over a token, and a fixed token over a file. */
export function createAuth(config: AuthConfig): Auth {
  noteSecrets([config.token ?? '', config.password ?? ''])
  const { username, password, token, tokenFile } = config
  if (username && password) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
    if (!/^[\x00-\x7f]*$/.test(username + password)) sayNotAscii()
    return fixed(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
  }
  if (token) return fixed(`Bearer ${token}`)
  return tokenFile ? fromFile(tokenFile) : { headers: async () => ({}), refresh: async () => false }
}

function fixed(authorization: string): Auth {
  return { headers: async () => ({ authorization }), refresh: async () => false }
}

function fromFile(file: string): Auth {
  let stamp: string | undefined
  let token: string | undefined
  let changedAt = Number.NEGATIVE_INFINITY

  const load = async (always: boolean) => {
    try {
      const { readFile, stat } = await import('node:fs/promises')
      // stat follows links: Kubernetes rotates by turning a link to another directory, which gives another inode.
      const { mtimeMs, size, ino } = await stat(file)
      const now = `${ino}:${size}:${mtimeMs}`
      if (!always && now === stamp) return
      const read = (await readFile(file, 'utf8')).trim()
      if (!/^[\x21-\x7e]+$/.test(read)) {
        sayUnusable(
          file,
          read === '' ? 'it is empty' : 'it does not hold exactly one token',
          token !== undefined,
        )
        return
      }
      stamp = now
      if (read === token) return
      if (token !== undefined) changedAt = realTime.uptimeMs()
      token = read
      noteSecrets([read])
    } catch (thrown) {
      sayUnusable(file, messageOf(thrown), token !== undefined)
    }
  }

  return {
    async headers() {
      await load(false)
      return token === undefined ? {} : { authorization: `Bearer ${token}` }
    },
    async refresh() {
      const before = token
      await load(true)
      return token !== before || realTime.uptimeMs() - changedAt < SHARED_REFRESH_MS
    },
  }
}

// MLflow 3.17 decodes the header as ASCII for spans, and as UTF-8 for its REST API.
function sayNotAscii(): void {
  diagnoseOnce(
    'warn',
    'TS_PASSWORD_NOT_ASCII',
    "The user name or password for MLflow has non-ASCII characters: MLflow's own login refuses such credentials when it receives spans. Use ASCII characters only.",
  )
}

function sayUnusable(file: string, reason: string, hasToken: boolean): void {
  const outcome = hasToken ? 'The last valid token stays in use.' : 'Requests are sent without a token.'
  const advice = 'Check MLFLOW_TRACKING_TOKEN_FILE and that this process may read the file.'
  diagnoseOnce(
    'warn',
    'TS_TOKEN_FILE',
    `No token can be read from ${file}: ${reason}. ${outcome} ${advice}`,
    { file },
    file,
  )
}
