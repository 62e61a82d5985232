import {
  ABANDONED,
  type Answer,
  type Follower,
  follow,
  isObject,
  type ModelCall,
  type Retry,
  read,
  type Stop,
} from '../base/index.ts'
import { accumulateParts } from './stream-parts.ts'

/** A call of a model under way, with the attempts that the AI SDK makes at it. */
export interface Attempt {
  readonly call: ModelCall
  /** As the provider package names it. */
  readonly provider: unknown
  count: number
  /** The last attempt failed; another one may follow. */
  failure?: { readonly error: unknown; readonly status: number | undefined } | undefined
  /** What has come by now; without content where it may not be recorded. */
  answer?: ((content: boolean) => Answer) | undefined
  /** All of it has come. */
  done: boolean
}

/** What a failed attempt says to the one that follows. */
export function retryOf(attempt: Attempt): Retry {
  const { error, status } = attempt.failure ?? {}
  attempt.count += 1
  attempt.failure = undefined
  return {
    attempt: attempt.count,
    ...(status === undefined ? { error: error instanceof Error ? error.name : '_OTHER' } : { status }),
  }
}

/** Whether `error` says that the program gave up, or its time limit. */
export function isAbort(error: unknown): boolean {
  const name = read(error, 'name')
  return name === 'AbortError' || name === 'TimeoutError' || name === 'ResponseAborted'
}

/** Hears how a model's stream ended. */
export interface StreamEnd {
  /** It was read to its end. */
  done(): void
  failed(error: unknown): void
  stopped(how: Stop): void
}

/** Follows the stream of parts that a model gives, in place. */
export function followParts(attempt: Attempt, stream: unknown, end: StreamEnd): void {
  if (!isObject(stream)) return
  const { call } = attempt
  const parts = accumulateParts(call.accumulating, attempt.provider)
  let failure: { readonly error: unknown } | undefined
  attempt.answer = (content) => {
    const { outputs, ...rest } = parts.answer()
    return content && outputs !== undefined ? { ...rest, outputs } : rest
  }
  const follower: Follower = {
    item(part) {
      call.touch()
      if (parts.isFirst?.(part)) call.firstToken()
      if (read(part, 'type') === 'error') failure = { error: read(part, 'error') }
      parts.add(part)
    },
    done() {
      if (failure === undefined) end.done()
      else end.failed(failure.error)
    },
    failed: (error) => (isAbort(error) ? end.stopped('aborted') : end.failed(error)),
    stopped: (reason) =>
      end.stopped(reason === ABANDONED ? 'abandoned' : isAbort(reason) ? 'aborted' : 'stopped'),
    run: (fn) => call.run(fn),
  }
  follow(stream, follower)
}
