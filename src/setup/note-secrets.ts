import type { Config } from '../config/config.ts'
import { noteBasic, noteHeaders, noteQuery, noteSecrets } from '../runtime/secrets.ts'

/** Notes all that `config` holds and nobody may be told. */
export function noteSecretsOf({ targets }: Config): void {
  for (const { endpoint, httpEndpoint, headers, mlflow, proxy } of targets) {
    noteQuery(endpoint)
    noteQuery(httpEndpoint)
    noteHeaders(headers)
    const { username, password, token } = mlflow.auth
    if (token !== undefined) noteSecrets([token])
    if (username !== undefined && password !== undefined) {
      noteBasic(`${username}:${password}`)
      noteSecrets([Buffer.from(`${username}:${password}`).toString('base64')])
    }
    for (const address of Object.values(proxy ?? {})) if (typeof address === 'string') noteAddress(address)
  }
}

function noteAddress(address: string): void {
  const { username, password } = URL.canParse(address) ? new URL(address) : { username: '', password: '' }
  if (password !== '') noteBasic(`${decoded(username)}:${decoded(password)}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
