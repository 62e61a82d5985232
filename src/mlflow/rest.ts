import type { ZodMiniType } from 'zod/mini'
import type { MlflowConfig, TlsConfig } from '../config/config.ts'
import { messageOf } from '../runtime/errors.ts'
import { type HttpAnswer, request } from '../runtime/http.ts'
import { HttpError, type HttpErrorKind } from '../runtime/http-error.ts'
import { realTime } from '../runtime/real-time.ts'
import { loadTls } from '../runtime/tls-files.ts'
import { type CallName, failed, readAnswer } from './answer.ts'
import type { Auth } from './auth.ts'
import { backoffMs, pause } from './backoff.ts'
import { MlflowError } from './error.ts'

/** What a call sends, and the form of its answer. */
export interface RestCall<T> {
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body?: unknown
  /** Form of the answer; built when the first answer is read. */
  readonly answer: () => ZodMiniType<T>
  /**
   * What may be sent again: `always` a call that only reads; `writes` one whose repetition changes nothing;
   * `never` one that must not take effect twice.
   * @defaultValue `always` for GET, else `writes`
   */
  readonly repeat?: 'always' | 'writes' | 'never'
  readonly signal?: AbortSignal
}

/** MLflow's REST API at one server, as one user, in one workspace. */
export interface Rest {
  /** Host and port, for messages. */
  readonly host: string
  /** Sends a call until it is answered or the retries are used up. Throws {@link MlflowError}. */
  call<T>(method: string, path: string, call: RestCall<T>): Promise<T>
}

/** Settings of {@link createRest} beside the server's. */
export interface RestOptions {
  /** Waits between retries do not keep the process alive. */
  readonly background?: boolean
  /** Sent with every request, below everything else. */
  readonly headers?: Readonly<Record<string, string>>
  /** Ends all calls that have none of their own. */
  readonly signal?: AbortSignal
}

const NOT_SENT: ReadonlySet<HttpErrorKind> = new Set(['refused', 'dns'])
const PASSING: ReadonlySet<HttpErrorKind> = new Set(['refused', 'dns', 'timeout', 'reset', 'network'])
const HOPELESS: ReadonlySet<HttpErrorKind> = new Set(['aborted', 'invalid-request', 'not-http', 'proxy'])

/** The REST API that `config` names. Nothing is sent before the first call. */
export function createRest(
  config: MlflowConfig,
  tls: TlsConfig,
  auth: Auth,
  options: RestOptions = {},
): Rest {
  const { host } = new URL(config.baseUrl)

  const send = async (call: CallName, url: string, input: RestCall<unknown>): Promise<HttpAnswer> => {
    const body = input.body === undefined ? undefined : JSON.stringify(input.body)
    const signal = input.signal ?? options.signal
    return request(url, {
      method: call.method,
      headers: {
        ...options.headers,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(config.workspace && { 'x-mlflow-workspace': config.workspace }),
        ...(await auth.headers()),
      },
      tls: await loadTls(tls),
      timeoutMs: config.requestTimeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
      background: options.background === true,
      ...(config.proxy && { proxy: config.proxy }),
    })
  }

  const attempt = async <T>(call: CallName, url: string, input: RestCall<T>): Promise<T> => {
    try {
      const answer = await send(call, url, input)
      if (answer.status !== 401 || !(await auth.refresh())) return readAnswer(call, answer, input.answer())
      return readAnswer(call, await send(call, url, input), input.answer())
    } catch (thrown) {
      throw toMlflowError(call, thrown)
    }
  }

  return {
    host,
    async call(method, path, input) {
      const call: CallName = { method, path, host }
      const url = `${config.baseUrl}${path}${queryOf(input.query)}`
      const began = realTime.uptimeMs()
      for (let repeats = 0; ; repeats += 1) {
        try {
          return await attempt(call, url, input)
        } catch (thrown) {
          if (repeats >= config.maxRetries || !(thrown instanceof MlflowError)) throw thrown
          if (!mayRepeat(thrown, input.repeat ?? (method === 'GET' ? 'always' : 'writes'))) throw thrown
          const waitMs = backoffMs(repeats, thrown.retryAfterMs)
          if (isUnreachable(thrown) && realTime.uptimeMs() + waitMs - began > UNREACHABLE_MS) throw thrown
          const wait = pause(waitMs, options.background === true, input.signal ?? options.signal)
          await wait.catch(() => {
            throw thrown
          })
        }
      }
    },
  }
}

/** For so long is it asked again where nothing listens, which the usual repeats would do for most of a minute. */
const UNREACHABLE_MS = 5000

const isUnreachable = ({ cause }: MlflowError): boolean =>
  cause instanceof HttpError && NOT_SENT.has(cause.kind)

// A trace of thousands of spans with their content.
const MAX_ANSWER_BYTES = 256 * 1024 * 1024

function mayRepeat(error: MlflowError, repeat: 'always' | 'writes' | 'never'): boolean {
  const kind = error.cause instanceof HttpError ? error.cause.kind : undefined
  if (kind) return (repeat === 'never' ? NOT_SENT : PASSING).has(kind)
  if (error.status === 500)
    return repeat === 'always' && (error.errorCode ?? 'INTERNAL_ERROR') === 'INTERNAL_ERROR'
  if (repeat === 'never') return error.status === 429 || error.status === 503
  return error.retryable
}

function toMlflowError(call: CallName, thrown: unknown): MlflowError {
  if (thrown instanceof MlflowError) return thrown
  if (thrown instanceof HttpError) {
    const failure = thrown.kind === 'not-http' ? 'not-mlflow' : 'network'
    return failed(call, thrown.message, { failure, retryable: !HOPELESS.has(thrown.kind), cause: thrown })
  }
  // A TLS file that is not there yet: mounted secrets can come after the start.
  return failed(call, messageOf(thrown), { failure: 'settings', retryable: true, cause: thrown })
}

function queryOf(query: RestCall<unknown>['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, one)
  }
  return search.size > 0 ? `?${search}` : ''
}
