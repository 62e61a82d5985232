import { split, twoWays, type Watch } from './follower.ts'
import { claim, type Method, mirror } from './mirror.ts'
import { thenPlainly } from './native-promise.ts'
import { pipeObserved } from './pipe-observed.ts'
import { watchIterator } from './watch-iterator.ts'
import { watchReader } from './watch-reader.ts'

/**
 * Follows a Web stream, in place: the ways to read it are observed on this one instance. Nothing is read that
 * the consumer does not read, so backpressure stays as it is. `Response`, `Request`, `fetch`, `Readable.fromWeb` and
 * `node:stream/consumers` read through these methods as well. Not seen, and ended when the stream is collected: a
 * transfer to another thread, and a reader made by its constructor.
 */
export function followWebStream(stream: ReadableStream, watch: Watch): unknown {
  if (!claim(stream, watch)) {
    watch.done(stream)
    return stream
  }
  const getReader = stream.getReader as unknown as Method
  // An iterator of a subclass may read through a reader; each item is told once.
  const [reading, iterating] = twoWays(watch)
  mirror(stream, 'getReader', watch, (original, self, args) =>
    watchReader(Reflect.apply(original, self, args), reading),
  )
  for (const key of ['values', Symbol.asyncIterator])
    mirror(stream, key, watch, observeValues(reading, iterating))
  mirror(stream, 'tee', watch, (original, self, args) => {
    const branches = Reflect.apply(original, self, args) as ReadableStream[]
    const watches = split(watch, branches.length)
    return branches.map((branch, index) => followWebStream(branch, watches[index] as Watch))
  })
  mirror(stream, 'cancel', watch, (original, self, args) => {
    if (!stream.locked) watch.stopped(args[0])
    return Reflect.apply(original, self, args)
  })
  observePiping(stream, watch, getReader)
  watch.hold(stream)
  return stream
}

const observeValues =
  (reading: Watch, iterating: Watch) =>
  (original: Method, self: unknown, args: unknown[]): unknown => {
    const iterator = Reflect.apply(original, self, args)
    const watch = isNative(original) ? reading : iterating
    const options = args[0] as { preventCancel?: boolean } | undefined
    // Leaving such a loop leaves the stream open, to be read on.
    const own: Watch = options?.preventCancel ? withoutStop(watch) : watch
    return watchIterator(iterator, own, true)
  }

/** Reads the stream without any of its methods. */
const isNative = (iterate: Method): boolean =>
  [ReadableStream.prototype.values, ReadableStream.prototype[Symbol.asyncIterator]].includes(iterate as never)

const withoutStop = (watch: Watch): Watch => ({
  ...watch,
  stopped: () => undefined,
})

function observePiping(stream: ReadableStream, watch: Watch, getReader: Method): void {
  const observed = (pipeTo: Method, target: unknown, options: unknown): Promise<unknown> =>
    pipeObserved({ stream, getReader, pipeTo, target, options }, watch)
  const nativePipeTo = stream.pipeTo as unknown as Method
  mirror(stream, 'pipeTo', watch, (original, self, args) =>
    stream.locked || isLocked(args[0])
      ? Reflect.apply(original, self, args)
      : observed(original, args[0], args[1]),
  )
  mirror(stream, 'pipeThrough', watch, (original, self, args) => {
    const { readable, writable } = (args[0] ?? {}) as { readable?: unknown; writable?: unknown }
    const isPossible = readable instanceof ReadableStream && writable instanceof WritableStream
    // The native method has the right words for what is wrong.
    if (!isPossible || stream.locked || isLocked(writable)) return Reflect.apply(original, self, args)
    const ignore = (): void => undefined
    void thenPlainly(observed(nativePipeTo, writable, args[1]), ignore, ignore)
    return readable
  })
}

const isLocked = (target: unknown): boolean => !(target instanceof WritableStream) || target.locked
