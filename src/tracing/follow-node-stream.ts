import type { Watch } from './follower.ts'
import { claim, mirror } from './mirror.ts'

/** What is read of a Node stream: any implementation since Node 0.10 and of the `readable-stream` package. */
interface NodeStream {
  readonly readable?: boolean
  readonly readableEnded?: boolean
  readonly destroyed?: boolean
  readonly errored?: unknown
  readonly _readableState?: {
    readonly errored?: unknown
    readonly endEmitted?: boolean
    readonly emitClose?: boolean
  }
}

/**
 * Follows the readable side of a Node stream, in place, through `emit`: each chunk that is read passes there,
 * flowing or not, and so do the end, an error and the close. One that says nothing of its close (`emitClose: false`, and
 * those of `readable-stream` 2) is over when it is destroyed. No listener is added, since that would make the
 * stream flow (`data`), keep an error from being thrown (`error`), or count towards the listener limit.
 */
export function followNodeStream(stream: NodeStream & object, watch: Watch): unknown {
  if (hasEnded(stream, watch)) return stream
  const isObserved =
    claim(stream, watch) &&
    mirror(stream, 'emit', watch, (emit, self, args) => {
      observeEvent(self as NodeStream, args, watch)
      return Reflect.apply(emit, self, args)
    })
  if (!isObserved) {
    watch.done(stream)
    return stream
  }
  mirror(stream, 'destroy', watch, (destroy, self, args) => {
    const result = Reflect.apply(destroy, self, args)
    // Without an event of its end, this is all that there is to see of it.
    if ((self as NodeStream)._readableState?.emitClose !== true) {
      if (args[0]) settleFailed(args[0], watch)
      else settleClosed(self as NodeStream, watch)
    }
    return result
  })
  mirror(stream, '_read', watch, (read, self, args) => watch.run(() => Reflect.apply(read, self, args)))
  watch.hold(stream)
  return stream
}

function observeEvent(stream: NodeStream, [event, value]: unknown[], watch: Watch): void {
  if (event === 'data') watch.item(value)
  else if (event === 'end') watch.done()
  else if (event === 'error') settleFailed(value, watch)
  else if (event === 'close') settleClosed(stream, watch)
}

function settleClosed(stream: NodeStream, watch: Watch): void {
  const error = stream.errored ?? stream._readableState?.errored
  if (error) settleFailed(error, watch)
  else watch.stopped()
}

/** Leaving a loop over a stream destroys it with an `AbortError`; that of an abort signal has its cause. */
function settleFailed(error: unknown, watch: Watch): void {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (code === 'ABORT_ERR' && cause === undefined) watch.stopped()
  else watch.failed(error)
}

function hasEnded(stream: NodeStream, watch: Watch): boolean {
  const ended = stream.readableEnded ?? stream._readableState?.endEmitted
  if (ended) watch.done()
  else if (stream.destroyed) settleClosed(stream, watch)
  else if (stream.readable === false) watch.done(stream)
  return watch.ended()
}
