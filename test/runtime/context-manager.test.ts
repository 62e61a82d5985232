import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, ContextManager } from '@opentelemetry/api'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContextManager } from '../../src/runtime/context-manager.ts'
import { createContextKey } from '../../src/runtime/otel-context.ts'

type Manager = ContextManager & { attach(context: Context): { dispose(): void } }

const key = createContextKey('a test')
const at = (value: unknown): Context => api.ROOT_CONTEXT.setValue(key, value)
const [A, B, C] = [at(1), at(2), at(3)]

// Every line is a behaviour of OpenTelemetry's own manager, which applications and their instrumentations rely on: what its
// own tests ask of it is asked here, of it and of ours.
describe.each([
  ['of OpenTelemetry', (): Manager => new AsyncLocalStorageContextManager()],
  ['of ours', (): Manager => createContextManager({ root: api.ROOT_CONTEXT })],
])('the context manager %s', (_, make) => {
  let manager: Manager
  let other: Manager
  beforeEach(() => {
    manager = make().enable() as Manager
    other = make().enable() as Manager
  })
  afterEach(() => {
    manager.disable()
    other.disable()
  })
  const expectRoot = (): void => expect(manager.active()).toBe(api.ROOT_CONTEXT)

  it('gives itself when it is enabled or disabled', () => {
    expect(manager.enable()).toBe(manager)
    expect(manager.disable()).toBe(manager)
  })

  it('is at the root outside of everything', async () => {
    expectRoot()
    await manager.with(A, () => sleep(1))
    expectRoot()
  })

  describe('runs code in a context', () => {
    it('that is the very one it was given, and the one before it afterwards', () => {
      manager.with(A, () => {
        expect(manager.active()).toBe(A)
        manager.with(B, () => expect(manager.active()).toBe(B))
        expect(manager.active()).toBe(A)
        manager.with(api.ROOT_CONTEXT, expectRoot)
        expect(() =>
          manager.with(B, () => {
            throw new Error('own')
          }),
        ).toThrow('own')
        expect(manager.active()).toBe(A)
      })
      expectRoot()
    })

    it('whatever that is', () => {
      const odd = 'no context' as unknown as Context
      manager.with(odd, () => expect(manager.active()).toBe(odd))
    })

    it('also after it was disabled, and then follows it again', async () => {
      manager.disable()
      await manager.with(A, async () => {
        expect(manager.active()).toBe(A)
        await sleep(1)
        expect(manager.active()).toBe(A)
      })
      expectRoot()
    })

    it('that its asynchronous calls keep at every depth', async () => {
      await manager.with(A, async () => {
        await manager.with(B, async () => {
          await manager.with(C, async () => {
            await sleep(1)
            expect(manager.active()).toBe(C)
          })
          expect(manager.active()).toBe(B)
        })
        expect(manager.active()).toBe(A)
      })
      expectRoot()
    })

    it('that an asynchronous function keeps which a synchronous one began', async () => {
      const later = async (): Promise<Context> => {
        await Promise.resolve()
        return manager.active()
      }
      let begun: Promise<Context> | undefined
      manager.with(A, () => {
        begun = manager.with(B, later)
        expect(manager.active()).toBe(A)
      })
      expectRoot()
      expect(await begun).toBe(B)
    })

    it('beside other code that runs in another at the same time', async () => {
      const work = (own: Context, inner: Context, ms: number): Promise<void> =>
        manager.with(own, async () => {
          await sleep(ms)
          await manager.with(inner, async () => expect(manager.active()).toBe(inner))
          expect(manager.active()).toBe(own)
        })
      const all = [work(A, C, 6), work(B, A, 2), work(C, B, 4)]
      expectRoot()
      await Promise.all(all)
    })

    it('that a timer keeps beside others that end with it', async () => {
      const seen: Context[] = []
      const timer = (ms: number): Promise<unknown> =>
        new Promise((resolve) => setTimeout(() => resolve(seen.push(manager.active())), ms))
      await Promise.all([manager.with(A, () => timer(2)), timer(2), timer(3)])
      expect(seen).toHaveLength(3)
      expect(seen.filter((one) => one === A)).toHaveLength(1)
      expect(seen.filter((one) => one === api.ROOT_CONTEXT)).toHaveLength(2)
    })

    it('that no other manager sees', () => {
      manager.with(A, () => {
        expect(other.active()).toBe(api.ROOT_CONTEXT)
        other.with(B, () => expect([manager.active(), other.active()]).toEqual([A, B]))
      })
      const bound = other.bind(
        B,
        manager.bind(A, () => [manager.active(), other.active()]),
      )
      expect(bound()).toEqual([A, B])
    })
  })

  it('follows promises, timers and callbacks, each call in its own context', async () => {
    const value = (): unknown => manager.active().getValue(key)
    const later = async (): Promise<unknown[]> => {
      const first = value()
      await new Promise((resolve) => setImmediate(resolve))
      return [first, value()]
    }
    const both = await Promise.all([manager.with(A, later), manager.with(B, later)])
    expect(both).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(value()).toBeUndefined()
  })

  it('hands on receiver, arguments, result and error', () => {
    const receiver = { name: 'r' }
    const given = manager.with(
      A,
      function (this: typeof receiver, a: number, b: number) {
        return [this.name, a, b]
      },
      receiver,
      1,
      2,
    )
    expect(given).toEqual(['r', 1, 2])
    const failing = (): never => {
      throw new RangeError('own')
    }
    expect(() => manager.with(A, failing)).toThrow(RangeError)
  })

  it('binds a function, which keeps its receiver, arguments and length', () => {
    const bound = manager.bind(C, function (this: unknown, a: number, _b?: number) {
      return [this, a, manager.active().getValue(key)]
    })
    expect(bound.call('me', 7)).toEqual(['me', 7, 3])
    expect(bound).toHaveLength(2)
    expect(manager.bind(C, 17)).toBe(17)
  })

  it('binds the listeners that an emitter gets, each called once and removed by what was added', async () => {
    const emitter = new EventEmitter()
    expect(manager.bind(A, emitter)).toBe(emitter)
    const seen: unknown[] = []
    const listener = (): void => void seen.push(manager.active().getValue(key))
    const oneTime = (): void => listener()
    emitter.on('a', listener)
    emitter.once('a', oneTime)
    emitter.prependListener('b', listener)
    emitter.prependOnceListener('b', oneTime)
    for (const event of ['a', 'a', 'b', 'b']) emitter.emit(event)
    expect(seen).toEqual([1, 1, 1, 1, 1, 1])
    emitter.off('a', listener)
    emitter.removeListener('b', listener)
    expect(emitter.eventNames()).toEqual([])
    emitter.on('a', listener)
    emitter.removeAllListeners('a')
    emitter.on('b', listener)
    emitter.removeAllListeners()
    expect(emitter.eventNames()).toEqual([])
    const next = once(emitter, 'c')
    emitter.emit('c', 5)
    expect(await next).toEqual([5])
  })

  it('counts the first of two bindings of an emitter', () => {
    const emitter = new EventEmitter()
    manager.bind(A, manager.bind(B, emitter))
    manager.bind(C, emitter)
    const seen: unknown[] = []
    emitter.on('a', () => seen.push(manager.active().getValue(key)))
    emitter.emit('a')
    expect(seen).toEqual([2])
  })

  it('has no context after it was disabled', () => {
    manager.with(A, () => {
      manager.disable()
      expect(manager.active().getValue(key)).toBeUndefined()
    })
  })

  it('binds what is neither a function nor an emitter by leaving it as it is', () => {
    const target = { a: 1 }
    expect(manager.bind(A, target)).toBe(target)
    manager.disable()
    expect(manager.bind(A, target)).toBe(target)
  })

  it('binds after it was disabled, too, and asynchronous calls of what is bound keep the context', async () => {
    manager.disable()
    const emitter = manager.bind(A, new EventEmitter())
    const seen: Context[] = []
    emitter.on('a', () => seen.push(manager.active()))
    emitter.emit('a')
    const bound = manager.bind(B, async () => {
      await sleep(1)
      return manager.active()
    })
    expect(await bound()).toBe(B)
    expect(seen).toEqual([A])
  })

  it('takes listeners away from inside of them', () => {
    const emitter = manager.bind(A, new EventEmitter())
    const leaves: (() => void)[] = [
      () => emitter.removeListener('a', listener),
      () => emitter.removeAllListeners('a'),
      () => emitter.removeAllListeners(),
    ]
    let leave = (): void => {}
    const listener = (): void => {
      expect(manager.active()).toBe(A)
      leave()
    }
    for (const each of leaves) {
      leave = each
      emitter.on('a', listener)
      expect(emitter.listenerCount('a')).toBe(1)
      emitter.emit('a')
      expect(emitter.listenerCount('a')).toBe(0)
    }
    emitter.once('a', listener)
    emitter.off('a', listener)
    expect(emitter.listenerCount('a')).toBe(0)
  })

  it('binds an emitter that another manager has bound, too', () => {
    const emitter = other.bind(B, manager.bind(A, new EventEmitter()))
    const seen: Context[] = []
    const listener = (): void => void seen.push(manager.active(), other.active())
    emitter.on('a', listener)
    emitter.emit('a')
    expect(seen).toEqual([A, B])
    emitter.off('a', listener)
    expect(emitter.listenerCount('a')).toBe(0)
  })

  describe('attaches a context', () => {
    it('until it is let go, also one in another', () => {
      const first = manager.attach(A)
      const second = manager.attach(B)
      expect(manager.active()).toBe(B)
      second.dispose()
      expect(manager.active()).toBe(A)
      first.dispose()
      expectRoot()
      first.dispose()
      expectRoot()
      manager.attach(C).dispose()
      expectRoot()
    })

    it('for asynchronous calls, too', async () => {
      const token = manager.attach(A)
      expect(await new Promise((resolve) => setImmediate(() => resolve(manager.active())))).toBe(A)
      expect(await Promise.resolve().then(() => manager.active())).toBe(A)
      expect(manager.active()).toBe(A)
      token.dispose()
      expectRoot()
    })

    it('beside what runs and what is bound', () => {
      const token = manager.attach(A)
      manager.with(B, () => {
        const inner = manager.attach(C)
        expect(manager.active()).toBe(C)
        inner.dispose()
        expect(manager.active()).toBe(B)
      })
      expect(manager.active()).toBe(A)
      expect(manager.bind(B, () => manager.active())()).toBe(B)
      expect(manager.active()).toBe(A)
      token.dispose()
      expectRoot()
    })

    it('that code beside it does not get', async () => {
      // Callbacks of timers are code of their own: an asynchronous function would hand its context to who awaits it.
      const chain = (own: Context, ms: number): Promise<Context> =>
        new Promise((resolve) => {
          setTimeout(() => {
            const token = manager.attach(own)
            setTimeout(() => {
              resolve(manager.active())
              token.dispose()
            }, ms)
          }, ms)
        })
      expect(await Promise.all([chain(A, 4), chain(B, 2)])).toEqual([A, B])
      expectRoot()
    })

    it('after it was disabled', () => {
      manager.disable()
      const token = manager.attach(A)
      expect(manager.active()).toBe(A)
      token.dispose()
      expectRoot()
    })
  })
})
