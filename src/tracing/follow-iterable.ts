import { types } from 'node:util'
import { watchHelper } from './follow-helper.ts'
import { split, type Watch } from './follower.ts'
import { claim, mirror, type Observation } from './mirror.ts'
import { watchIterator } from './watch-iterator.ts'

/** Follows a generator, or an iterator like one, from its first step to its last. */
export function followGenerator(generator: object, watch: Watch, isAsync: boolean): unknown {
  if (!claim(generator, watch)) {
    watch.done(generator)
    return generator
  }
  const watched = watchIterator(generator, watch, isAsync) as object
  watch.hold(watched)
  // A native generator is its own iterator; others may make one.
  if (isAsync && !types.isGeneratorObject(watched)) {
    mirror(watched, Symbol.asyncIterator, watch, (original, self, args) => {
      const iterator = Reflect.apply(original, self, args)
      return iterator === self ? iterator : watchNewIterator(iterator, watch)
    })
  }
  return watched
}

/**
 * Follows an object that can be iterated asynchronously and has other members besides, such as the stream of an
 * API client. The object itself comes back; its iterators are watched as they are made, and both sides of
 * its `tee`. A frozen one is replaced by a proxy.
 */
export function followIterable(iterable: object, watch: Watch): unknown {
  const observed: [PropertyKey, Observation][] = [
    [
      Symbol.asyncIterator,
      (original, self, args) =>
        watchNewIterator(
          watch.run(() => Reflect.apply(original, self, args)),
          watch,
        ),
    ],
    [
      'tee',
      (original, self, args) => {
        const branches = Reflect.apply(original, self, args)
        return Array.isArray(branches) ? followBranches(branches, watch) : branches
      },
    ],
  ]
  if (!claim(iterable, watch)) {
    watch.done(iterable)
    return iterable
  }
  watch.hold(iterable)
  if (!Object.isExtensible(iterable)) return observingProxy(iterable, watch, new Map(observed))
  for (const [key, observe] of observed) mirror(iterable, key, watch, observe)
  watchHelper(iterable, watch)
  return iterable
}

function watchNewIterator(iterator: unknown, watch: Watch): unknown {
  const watched = watchIterator(iterator, watch, true)
  if (typeof watched === 'object' && watched !== null) watch.hold(watched)
  return watched
}

function followBranches(branches: unknown[], watch: Watch): unknown[] {
  const watches = split(watch, branches.length)
  return branches.map((branch, index) => {
    const own = watches[index]
    const isIterable = own && typeof branch === 'object' && branch !== null
    return isIterable ? followIterable(branch, own) : branch
  })
}

/** Methods get the real object as `this`: a proxy has none of its private fields. */
function observingProxy(
  iterable: object,
  watch: Watch,
  observed: ReadonlyMap<PropertyKey, Observation>,
): object {
  const proxy: object = new Proxy(iterable, {
    get(target, key) {
      const value = Reflect.get(target, key, target)
      const own = Object.getOwnPropertyDescriptor(target, key)
      const isFixed = own && !own.configurable && !own.writable
      if (typeof value !== 'function' || key === 'constructor' || isFixed) return value
      return (...args: unknown[]) => {
        const observe = watch.ended() ? undefined : observed.get(key)
        const result = observe ? observe(value, target, args) : Reflect.apply(value, target, args)
        return result === target ? proxy : result
      }
    },
  })
  return proxy
}
