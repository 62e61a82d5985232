import { types } from 'node:util'
import type { Watch } from './follower.ts'
import { mirror } from './mirror.ts'
import { thenPlainly } from './native-promise.ts'

type Reader = ReadableStreamDefaultReader<unknown> | ReadableStreamBYOBReader

/** Watches what the consumer reads with one reader of a Web stream, in place. */
export function watchReader(reader: unknown, watch: Watch): unknown {
  if (typeof reader !== 'object' || reader === null) return reader
  const target = reader as Reader
  let pending = 0
  let closed = false
  let released = false
  const settle = (): void => {
    // The stream closes a moment before the last chunk reaches its reader.
    if (closed && pending === 0) watch.done()
  }
  mirror(target, 'read', watch, (original, self, args) => {
    pending += 1
    const result = watch.run(() => Reflect.apply(original, self, args))
    if (!types.isPromise(result)) return result
    return thenPlainly(
      result as Promise<ReadableStreamReadResult<unknown>>,
      (read) => {
        pending -= 1
        if (read.done) watch.done()
        else watch.item(read.value)
        settle()
        return read
      },
      (error) => {
        // Whether the stream failed, `closed` tells; a bad argument is refused here, too.
        pending -= 1
        throw error
      },
    )
  })
  mirror(target, 'cancel', watch, (original, self, args) => {
    if (!released) watch.stopped(args[0])
    return Reflect.apply(original, self, args)
  })
  mirror(target, 'releaseLock', watch, (original, self, args) => {
    released = true
    return Reflect.apply(original, self, args)
  })
  // The engine counts the rejection of `closed` as handled in any case.
  void thenPlainly(
    target.closed,
    () => {
      closed = true
      settle()
    },
    (error) => {
      if (!released) watch.failed(error)
    },
  )
  return target
}
