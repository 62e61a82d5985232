import type { TargetConfig } from '../config/config.ts'
import { messageOf } from '../runtime/errors.ts'
import { HttpError } from '../runtime/http-error.ts'
import { loadTls } from '../runtime/tls-files.ts'
import type { Auth } from './auth.ts'
import { MlflowError } from './error.ts'
import { probeMlflow } from './server-info.ts'
import { generalHeaders } from './target-headers.ts'

/** Whether a target is an MLflow server. */
export interface Detection {
  /** Asks the server where it is not configured. Throws a retryable {@link MlflowError} when it cannot be reached. */
  isMlflow(): Promise<boolean>
  /** It is: the endpoint has said so itself. */
  learn(): void
}

/**
 * Finds out whether `target` is MLflow. An endpoint that is up but does not answer the question is taken for none:
 * should it be MLflow all the same, its answer to the first spans says so.
 */
export function createDetection(target: TargetConfig, auth: Auth | undefined): Detection {
  let unavailable = 0
  let answer = target.isMlflow === 'ask' ? undefined : target.isMlflow === 'yes'

  return {
    learn: () => {
      answer = true
    },
    async isMlflow() {
      if (answer !== undefined) return answer
      // Nothing but HTTP/2 is spoken there, and no MLflow server speaks that.
      if (target.protocol === 'grpc') return false
      try {
        const probe = await probeMlflow(baseOf(target), {
          tls: await loadTls(target.tls),
          headers: { ...generalHeaders(target), ...(await auth?.headers()) },
          timeoutMs: Math.min(target.timeoutMs, 5000),
          background: true,
          ...(target.proxy && { proxy: target.proxy }),
        })
        if (probe.unavailable && ++unavailable < MAX_UNAVAILABLE) throw unavailableError(target)
        answer ??= probe.mlflow
        return answer
      } catch (thrown) {
        if (thrown instanceof MlflowError) throw thrown
        if (thrown instanceof HttpError && !UNREACHABLE.has(thrown.kind)) return false
        throw new MlflowError(`Cannot ask whether the endpoint is MLflow: ${messageOf(thrown)}`, {
          failure: thrown instanceof HttpError ? 'network' : 'settings',
          retryable: true,
          cause: thrown,
        })
      }
    },
  }
}

// Some gateways answer 502 for every path they do not know; spans must not wait for those for ever.
const MAX_UNAVAILABLE = 3

function unavailableError(target: TargetConfig): MlflowError {
  const { host } = new URL(target.httpEndpoint)
  const message = `Cannot ask whether ${host} is MLflow: it is not available at the moment.`
  return new MlflowError(message, { failure: 'status', retryable: true })
}

const UNREACHABLE: ReadonlySet<string> = new Set(['refused', 'dns', 'tls', 'network', 'proxy'])

const baseOf = (target: TargetConfig): string => {
  const match = /^(.*)\/v1\/traces\/?$/.exec(target.httpEndpoint)
  return match?.[1] ?? target.mlflow.baseUrl
}
