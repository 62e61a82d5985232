import { followHelper } from './follow-helper.ts'
import { followGenerator, followIterable } from './follow-iterable.ts'
import { followNodeStream } from './follow-node-stream.ts'
import { followObservable } from './follow-observable.ts'
import { followPromise } from './follow-promise.ts'
import { followResponse } from './follow-response.ts'
import { carriedStream, watchParts } from './follow-result.ts'
import { followThenable } from './follow-thenable.ts'
import { followWebStream } from './follow-web-stream.ts'
import { type Follower, type Watch, watch } from './follower.ts'
import { kindOf } from './kind-of.ts'

export { ABANDONED, type Follower } from './follower.ts'
export { type Kind, kindOf } from './kind-of.ts'

/**
 * Follows a returned value until the work that it stands for ends, and returns what the caller must get: the
 * same object, except for frozen promises, iterators and iterables. A promise of a stream or generator ends with
 * that one. Nothing is started, read or consumed that the caller does not,
 * and no fault of `follower` reaches the caller. `follower` must not refer to `value`, which otherwise is never
 * collected while it is unfinished.
 */
export function follow(value: unknown, follower: Follower): unknown {
  const watching = watch(follower)
  if (typeof value === 'object') return followOn(value, watching)
  watching.done(value)
  return value
}

function followOn(value: unknown, watching: Watch): unknown {
  if (watching.ended()) return value
  try {
    return followKind(value, watching)
  } catch {
    // An object that resists observation (a hostile proxy) is handed over as it is.
    watching.done(value)
    return value
  }
}

/** The result comes back itself, so what follows its stream has to do so in place. */
function followCarrier(result: object, watching: Watch): unknown {
  const stream = carriedStream(result)
  if (followOn(stream, watchParts(watching)) !== stream) watching.done(result)
  return result
}

function followKind(value: unknown, watching: Watch): unknown {
  const kind = kindOf(value)
  switch (kind) {
    case 'value':
      watching.done(value)
      return value
    case 'promise':
      return followPromise(value as Promise<unknown>, watching, followOn)
    case 'thenable':
      return followThenable(value as object, watching, followOn)
    case 'generator':
    case 'async-generator':
      return followGenerator(value as object, watching, kind === 'async-generator')
    case 'async-iterable':
      return followIterable(value as object, watching)
    case 'web-stream':
      return followWebStream(value as ReadableStream, watching)
    case 'node-stream':
      return followNodeStream(value as object, watching)
    case 'response':
      return followResponse(value as Response, watching)
    case 'observable':
      return followObservable(value as object, watching)
    case 'helper':
      return followHelper(value as object, watching)
    case 'carrier':
      return followCarrier(value as object, watching)
    default:
      return kind satisfies never
  }
}
