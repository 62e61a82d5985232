import type { ZodMiniType } from 'zod/mini'
import type { HttpAnswer } from '../runtime/http.ts'
import { retryAfterMs } from '../runtime/retry-after.ts'
import { withoutSecrets } from '../runtime/secrets.ts'
import { MlflowError, type MlflowErrorDetails, UNKNOWN_WORKSPACE } from './error.ts'
import { parseJson } from './json.ts'

/** What a message says about a call: `GET /api/… on host`. */
export interface CallName {
  readonly method: string
  readonly path: string
  readonly host: string
}

const RETRYABLE = new Set([408, 425, 429, 502, 503, 504])
const WRONG_ADDRESS =
  'Check that the tracking URI (MLFLOW_TRACKING_URI) is the base URL of an MLflow 3 server, with its path prefix if ' +
  'it has one, and that no login page or proxy answers in its place'

/** The data of a good answer. Throws {@link MlflowError} for any other. */
export function readAnswer<T>(call: CallName, answer: HttpAnswer, schema: ZodMiniType<T>): T {
  if (answer.status < 200 || answer.status > 299) throw statusError(call, answer)
  if (answer.truncated) throw failed(call, 'the answer is too long', { failure: 'answer', retryable: false })
  const parsed = schema.safeParse(readJson(call, answer))
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]
  throw failed(
    call,
    `the answer has an unexpected form at "${where?.path.join('.') ?? ''}" (${where?.message ?? 'unknown'}). ` +
      'Check that the server is MLflow 3',
    { failure: 'answer', retryable: false, status: answer.status },
  )
}

/** An {@link MlflowError} about `call`. */
export function failed(call: CallName, what: string, details: MlflowErrorDetails): MlflowError {
  const end = /[.!?]$/.test(what) ? '' : '.'
  return new MlflowError(`${call.method} ${call.path} on ${call.host}: ${what}${end}`, details)
}

function readJson(call: CallName, answer: HttpAnswer): unknown {
  try {
    return parseJson(answer.body.toString('utf8'))
  } catch {
    const what = isHtml(answer) ? 'an HTML page' : 'something that is not JSON'
    throw failed(call, `answered ${answer.status} with ${what}. ${WRONG_ADDRESS}`, {
      failure: 'not-mlflow',
      retryable: false,
      status: answer.status,
    })
  }
}

function statusError(call: CallName, answer: HttpAnswer): MlflowError {
  const { status } = answer
  const { errorCode, message } = readError(answer)
  const wait = retryAfterMs(answer.headers['retry-after'])
  const details = {
    status,
    ...(errorCode && { errorCode }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  }
  if (status >= 300 && status < 400) {
    return failed(
      call,
      `redirects to ${redirectTarget(answer)}. Redirects are not followed. ${WRONG_ADDRESS}`,
      {
        ...details,
        failure: 'not-mlflow',
        retryable: false,
      },
    )
  }
  const said = `answered ${status}${errorCode ? ` ${errorCode}` : ''}${message ? `: ${message}` : ''}`
  const isOtherServer = !errorCode && [404, 405, 501].includes(status)
  const advice = isOtherServer ? WRONG_ADDRESS : adviceFor(status, errorCode, message)
  return failed(call, advice ? `${said.replace(/[.\s]+$/, '')}. ${advice}` : said, {
    ...details,
    failure: isOtherServer ? 'not-mlflow' : 'status',
    retryable: RETRYABLE.has(status),
  })
}

function adviceFor(status: number, errorCode: string | undefined, message: string): string {
  if (/^Workspace '.*' not found/.test(message)) {
    return UNKNOWN_WORKSPACE
  }
  if (errorCode === 'FEATURE_DISABLED' && /workspace/i.test(message)) {
    return 'The server has no workspaces: unset MLFLOW_WORKSPACE'
  }
  if (/^Invalid Host header/.test(message)) {
    return 'Start the MLflow server with --allowed-hosts naming the host of the tracking URI'
  }
  if (status === 401) {
    return 'Set MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_TOKEN_FILE, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD'
  }
  if (status === 403) return 'Grant this user EDIT permission on the experiment'
  return ''
}

function readError(answer: HttpAnswer): { errorCode?: string; message: string } {
  const text = answer.body.toString('utf8')
  try {
    const data = JSON.parse(text) as { error_code?: unknown; message?: unknown; detail?: unknown } | null
    const message = typeof data?.message === 'string' ? data.message : ''
    if (typeof data?.error_code === 'string') return { errorCode: data.error_code, message: brief(message) }
    return { message: brief(message || JSON.stringify(data?.detail ?? '')) }
  } catch {
    return { message: isHtml(answer) ? 'an HTML page' : brief(text) }
  }
}

const isHtml = (answer: HttpAnswer): boolean =>
  answer.headers['content-type']?.includes('html') === true ||
  /^\s*<(?:!doctype|html)/i.test(answer.body.subarray(0, 100).toString('utf8'))

const brief = (text: string): string => {
  const line = withoutSecrets(withoutSecrets(text).replace(/\s+/g, ' ').trim())
  return line.length > 400 ? `${line.slice(0, 400)}…` : line
}

// The query of a login page's address may hold one-time secrets.
function redirectTarget(answer: HttpAnswer): string {
  const location = answer.headers.location ?? 'another address'
  return location.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//')
}
