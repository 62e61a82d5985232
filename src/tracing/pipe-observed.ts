import type { Watch } from './follower.ts'
import type { Method } from './mirror.ts'
import { thenPlainly } from './native-promise.ts'

interface Pipe {
  readonly stream: ReadableStream
  readonly getReader: Method
  readonly pipeTo: Method
  readonly target: unknown
  readonly options: unknown
}

/**
 * `stream.pipeTo(target, options)` with the chunks seen. The engine pipes without calling any method of the
 * stream, so it is given a source of ours that hands on one chunk for each that the target asks for.
 */
export function pipeObserved(pipe: Pipe, watch: Watch): Promise<unknown> {
  const reader = Reflect.apply(pipe.getReader, pipe.stream, []) as ReadableStreamDefaultReader<unknown>
  const feed = feedFrom(reader, watch)
  const source = new ReadableStream<unknown>(feed, { highWaterMark: 0 })
  return thenPlainly(
    Reflect.apply(pipe.pipeTo, source, [pipe.target, pipe.options]) as Promise<unknown>,
    (value) => {
      feed.release()
      return value
    },
    (error) => {
      feed.release()
      throw error
    },
  )
}

interface Feed extends UnderlyingDefaultSource<unknown> {
  release(): void
}

function feedFrom(reader: ReadableStreamDefaultReader<unknown>, watch: Watch): Feed {
  let reading = false
  let failure: { error: unknown } | undefined
  let state: 'open' | 'closed' | 'released' = 'open'
  const close = (controller: ReadableStreamDefaultController<unknown>): void => {
    watch.done()
    controller.close()
  }
  return {
    release() {
      state = 'released'
      reader.releaseLock()
    },
    start(controller) {
      // The end and an error pass at once, also while the target is not asking for more.
      void thenPlainly(
        reader.closed,
        () => {
          if (state !== 'open') return
          state = 'closed'
          if (!reading) close(controller)
        },
        (error) => {
          if (state === 'released') return
          watch.failed(error)
          // A chunk that was read before the error still belongs to the target.
          failure = { error }
          if (!reading) controller.error(error)
        },
      )
    },
    async pull(controller) {
      reading = true
      const read = await watch.run(() => reader.read())
      reading = false
      if (!read.done) {
        watch.item(read.value)
        controller.enqueue(read.value)
      }
      if (failure) {
        controller.error(failure.error)
        return
      }
      if (read.done || state === 'closed') {
        state = 'closed'
        close(controller)
      }
    },
    cancel(reason) {
      state = 'closed'
      watch.stopped(reason)
      return reader.cancel(reason)
    },
  }
}
