import type { Watch } from './follower.ts'
import { claim, type Method, methodOf, mirror, type Observation } from './mirror.ts'

/** What is read of an observable of RxJS, of any version since 5. */
interface Observable {
  operator?: { call(subscriber: unknown, source: unknown): unknown } | undefined
}

/**
 * Follows an observable of RxJS in place: the first subscription that the program makes, to its completion, its error
 * or the end of its subscription. The subscriber is seen where RxJS itself hands it to the work, so that what the
 * program passed to `subscribe` stays as it is; nothing is subscribed that the program does not subscribe.
 */
export function followObservable(observable: object, watch: Watch): unknown {
  if (!claim(observable, watch)) {
    watch.done(observable)
    return observable
  }
  let begun = false
  const start = (subscriber: unknown, subscribe: () => unknown): unknown => {
    if (begun || watch.ended() || !observeSubscriber(subscriber, watch)) return subscribe()
    begun = true
    return watch.run(subscribe)
  }
  const observe: Observation = (original, self, args) =>
    start(args[0], () => Reflect.apply(original, self, args))
  mirror(observable, '_subscribe', watch, observe)
  mirror(observable, '_trySubscribe', watch, observe)
  const { operator } = observable as Observable
  if (operator !== undefined && typeof operator.call === 'function') {
    const observing: { call: Method } = Object.create(operator) as { call: Method }
    observing.call = (subscriber, source) =>
      start(subscriber, () => Reflect.apply(operator.call, operator, [subscriber, source]))
    ;(observable as Observable).operator = observing as never
  }
  watch.hold(observable)
  return observable
}

function observeSubscriber(subscriber: unknown, watch: Watch): boolean {
  if (typeof subscriber !== 'object' || subscriber === null) return false
  watch.keep()
  const observed = mirror(subscriber, 'next', watch, (next, self, args) => {
    if (!isClosed(self)) watch.item(args[0])
    return Reflect.apply(next, self, args)
  })
  mirror(subscriber, 'error', watch, (error, self, args) => {
    if (!isClosed(self)) watch.failed(args[0])
    return Reflect.apply(error, self, args)
  })
  mirror(subscriber, 'complete', watch, (complete, self, args) => {
    if (!isClosed(self)) watch.done()
    return Reflect.apply(complete, self, args)
  })
  mirror(subscriber, 'unsubscribe', watch, (unsubscribe, self, args) => {
    if (!isClosed(self)) watch.stopped()
    return Reflect.apply(unsubscribe, self, args)
  })
  return observed
}

const isClosed = (subscriber: unknown): boolean => {
  const { closed, isStopped } = subscriber as { closed?: unknown; isStopped?: unknown }
  return closed === true || isStopped === true
}

/** Whether `value` is an observable of RxJS. */
export const isObservable = (value: object): boolean =>
  methodOf(value, 'subscribe') !== undefined &&
  methodOf(value, 'pipe') !== undefined &&
  methodOf(value, '_trySubscribe') !== undefined
