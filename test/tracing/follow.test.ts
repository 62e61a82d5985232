import { Duplex, PassThrough, Readable, Transform } from 'node:stream'
import { firstValueFrom, lastValueFrom, map, Observable, of, Subject, toArray } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { follow, kindOf } from '../../src/tracing/follow.ts'
import { inSpan, recorder } from './recorder.ts'

const boom = new Error('boom')
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

class Page {
  #secret = 'private'
  readonly controller = new AbortController()
  readonly fail: boolean
  constructor(fail = false) {
    this.fail = fail
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<number, string> {
    yield 1
    if (this.fail) throw boom
    yield 2
    return 'end'
  }
  secret(): string {
    return this.#secret
  }
  tee(): [Page, Page] {
    return [new Page(this.fail), new Page(this.fail)]
  }
}

class ApiPromise<T> extends Promise<T> {
  headers(): string {
    return 'headers'
  }
}

/** Does its work when it is asked for it, like a query builder. */
class Query {
  started = 0
  readonly outcome: () => unknown
  constructor(outcome: () => unknown) {
    this.outcome = outcome
  }
  // biome-ignore lint/suspicious/noThenProperty: the point of a thenable.
  then(onOk?: (value: unknown) => unknown, onError?: (error: unknown) => unknown): Promise<unknown> {
    this.started += 1
    return (async () => this.outcome())().then(onOk, onError)
  }
  where(): this {
    return this
  }
}

describe('kindOf', () => {
  async function* asyncGenerator() {
    yield 1
  }
  function* generator() {
    yield 1
  }
  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'value'],
    ['null', null, 'value'],
    ['a string', 'text', 'value'],
    ['a function', () => 1, 'value'],
    ['an array', [1], 'value'],
    ['a map', new Map(), 'value'],
    ['an array iterator', [1].values(), 'value'],
    ['a Response', new Response('x'), 'response'],
    ['an observable', new Observable(() => undefined), 'observable'],
    ['an object with a stream', { stream: new ReadableStream(), response: 1 }, 'carrier'],
    [
      'an object with a stream behind a getter',
      {
        get stream() {
          return new ReadableStream()
        },
      },
      'value',
    ],
    ['a large buffer', Buffer.alloc(100_000), 'value'],
    ['an object with a stream that is none', { stream: true }, 'value'],
    ['a promise', Promise.resolve(1), 'promise'],
    ['a subclassed promise', ApiPromise.resolve(1), 'promise'],
    ['a thenable', new Query(() => 1), 'thenable'],
    ['a generator', generator(), 'generator'],
    ['an async generator', asyncGenerator(), 'async-generator'],
    ['an iterable object', new Page(), 'async-iterable'],
    ['a Web stream', new ReadableStream(), 'web-stream'],
    ['a byte stream', new ReadableStream({ type: 'bytes' }), 'web-stream'],
    ['a Readable', new Readable(), 'node-stream'],
    ['a Duplex', new PassThrough(), 'node-stream'],
    [
      'a throwing getter',
      Object.defineProperty({}, 'then', {
        get: () => {
          throw boom
        },
      }),
      'value',
    ],
  ])('calls %s by its kind', (_, value, kind) => {
    expect(kindOf(value)).toBe(kind)
  })

  test('is a value when a proxy resists', () => {
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    expect(kindOf(revoked.proxy)).toBe('value')
    const heard = recorder()
    expect(follow(revoked.proxy, heard)).toBe(revoked.proxy)
    expect(heard.ends).toHaveLength(1)
  })
})

/** Makes the value anew; consumes it; tells everything that the consumer can see. */
interface Program {
  readonly make: () => unknown
  // biome-ignore lint/suspicious/noExplicitAny: each consumer knows its own value.
  readonly consume: (value: any, log: unknown[]) => unknown
  readonly items?: readonly unknown[]
  readonly end: [string, unknown]
}

const read = async (stream: ReadableStream, log: unknown[], most = 10): Promise<void> => {
  const reader = stream.getReader()
  for (let count = 0; count < most; count += 1) {
    const result = await reader.read()
    log.push(result)
    if (result.done) break
  }
  reader.releaseLock()
}

/** A pulled stream of numbers that logs how often it was pulled. */
const numbers =
  (count: number, fail = false, type?: 'bytes'): (() => ReadableStream) =>
  () => {
    let next = 0
    return new ReadableStream({
      ...(type ? { type } : {}),
      pull(controller: ReadableStreamDefaultController) {
        next += 1
        if (next > count) fail ? controller.error(boom) : controller.close()
        else controller.enqueue(type ? new Uint8Array([next]) : next)
      },
    } as unknown as UnderlyingDefaultSource)
  }
const nodeNumbers =
  (count: number, fail = false) =>
  () => {
    let next = 0
    return new Readable({
      objectMode: true,
      highWaterMark: 2,
      read() {
        next += 1
        if (next > count) fail ? this.destroy(boom) : this.push(null)
        else this.push(next)
      },
    })
  }
function* sync(fail = false): Generator<number, string, unknown> {
  const got = yield 1
  if (fail) throw boom
  yield got as number
  return 'end'
}
async function* async_(fail = false): AsyncGenerator<number, string, unknown> {
  yield 1
  await null
  if (fail) throw boom
  yield 2
  return 'end'
}
const closed = (stream: Readable): Promise<void> =>
  new Promise((resolve) => void stream.once('close', () => resolve()))

const programs: Record<string, Program> = {
  'a value': { make: () => 7, consume: (v, log) => log.push(v), end: ['done', 7] },
  'a promise that is kept': {
    make: () => Promise.resolve(7),
    consume: async (v, log) => log.push(await v, v instanceof Promise),
    end: ['done', 7],
  },
  'a promise that is broken': {
    make: () => Promise.reject(boom),
    consume: (v, log) => v.catch((e: unknown) => log.push(e)),
    end: ['failed', boom],
  },
  'a promise with members': {
    make: () => Object.assign(Promise.resolve(7), { cancel: () => 'cancelled' }),
    consume: async (v, log) => log.push(v.cancel(), Object.keys(v), await v),
    end: ['done', 7],
  },
  'a promise of another class': {
    make: () => ApiPromise.resolve(7),
    consume: async (v, log) =>
      log.push(v.headers(), v instanceof ApiPromise, v.then() instanceof ApiPromise, await v),
    end: ['done', 7],
  },
  'a broken promise of another class': {
    make: () => ApiPromise.reject(boom),
    consume: async (v, log) => log.push(await v.finally(() => 1).catch((e: unknown) => e)),
    end: ['failed', boom],
  },
  'a query that is awaited': {
    make: () => new Query(() => 7),
    consume: async (v, log) => log.push(v.started, await v.where(), v.started),
    end: ['done', 7],
  },
  'a query that fails': {
    make: () =>
      new Query(() => {
        throw boom
      }),
    consume: (v, log) => v.then(undefined, (e: unknown) => log.push(e)),
    end: ['failed', boom],
  },
  'a query chained by then': {
    make: () => new Query(() => 7),
    consume: async (v, log) => log.push(await v.then((n: number) => n + 1)),
    end: ['done', 7],
  },
  'a generator run to its end': {
    make: () => sync(),
    consume: (g, log) => log.push(g.next(), g.next('sent'), g.next(), g.next()),
    items: [1, 'sent'],
    end: ['done', 'end'],
  },
  'a generator that throws': {
    make: () => sync(true),
    consume: (g, log) => {
      try {
        log.push([...g])
      } catch (e) {
        log.push(e, g.next())
      }
    },
    items: [1],
    end: ['failed', boom],
  },
  'a generator broken off': {
    make: () => sync(),
    consume: (g, log) => {
      for (const x of g) {
        log.push(x)
        break
      }
      log.push(g.next())
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'a generator returned before its start': {
    make: () => sync(),
    consume: (g, log) => log.push(g.return('early'), g.next()),
    end: ['stopped', 'early'],
  },
  'a generator thrown into': {
    make: () => sync(),
    consume: (g, log) => {
      g.next()
      try {
        g.throw(boom)
      } catch (e) {
        log.push(e)
      }
    },
    items: [1],
    end: ['failed', boom],
  },
  'a generator that catches what is thrown into it': {
    make: () =>
      (function* () {
        try {
          yield 1
        } catch {
          yield 2
        }
      })(),
    consume: (g, log) => log.push(g.next(), g.throw(boom), g.next()),
    items: [1, 2],
    end: ['done', undefined],
  },
  'a generator that yields in finally': {
    make: () =>
      (function* () {
        try {
          yield 1
        } finally {
          yield 2
        }
      })(),
    consume: (g, log) => log.push(g.next(), g.return('r'), g.next()),
    items: [1, 2],
    end: ['done', 'r'],
  },
  'a generator delegated to': {
    make: () => sync(),
    consume: (g, log) =>
      log.push([
        ...(function* () {
          log.push(yield* g)
        })(),
      ]),
    items: [1, undefined],
    end: ['done', 'end'],
  },
  'a generator that delegates': {
    make: () =>
      (function* () {
        return yield* sync()
      })(),
    consume: (g, log) => log.push(Array.from(g), Object.prototype.toString.call(g), Object.keys(g)),
    items: [1, undefined],
    end: ['done', 'end'],
  },
  'a generator that runs into itself': {
    make: () => {
      const own: { generator?: Generator<string> } = {}
      own.generator = (function* () {
        try {
          own.generator?.next()
        } catch (e) {
          yield (e as Error).message
        }
      })()
      return own.generator
    },
    consume: (g, log) => log.push([...g]),
    items: ['Generator is already running'],
    end: ['done', undefined],
  },
  'a compiled generator': {
    make: () => {
      let n = 0
      return {
        next: () => ({ done: n >= 2, value: n++ }),
        return: (value: unknown) => ({ done: true, value }),
        throw: (e: unknown) => {
          throw e
        },
        [Symbol.iterator]() {
          return this
        },
      }
    },
    consume: (g, log) => log.push([...g]),
    items: [0, 1],
    end: ['done', 2],
  },
  'a frozen generator': {
    make: () => Object.freeze(sync()),
    consume: (g, log) => log.push([...g], Object.prototype.toString.call(g)),
    items: [1, undefined],
    end: ['done', 'end'],
  },
  'an async generator run to its end': {
    make: () => async_(),
    consume: async (g, log) => {
      for await (const x of g) log.push(x)
      log.push(await g.next())
    },
    items: [1, 2],
    end: ['done', 'end'],
  },
  'an async generator asked all at once': {
    make: () => async_(),
    consume: async (g, log) => log.push(await Promise.all([g.next(), g.next(), g.next(), g.return('late')])),
    items: [1, 2],
    end: ['done', 'end'],
  },
  'an async generator that throws': {
    make: () => async_(true),
    consume: async (g, log) => {
      try {
        for await (const x of g) log.push(x)
      } catch (e) {
        log.push(e)
      }
    },
    items: [1],
    end: ['failed', boom],
  },
  'an async generator broken off': {
    make: () => async_(),
    consume: async (g, log) => {
      for await (const x of g) {
        log.push(x)
        break
      }
      log.push(await g.next())
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'an async generator delegated to': {
    make: () => async_(),
    consume: async (g, log) => {
      for await (const x of (async function* () {
        log.push(yield* g)
      })())
        log.push(x)
    },
    items: [1, 2],
    end: ['done', 'end'],
  },
  'a promise of an async generator': {
    make: async () => async_(),
    consume: async (p, log) => {
      for await (const x of await p) log.push(x)
    },
    items: [1, 2],
    end: ['done', 'end'],
  },
  'a query for an async generator': {
    make: () => new Query(() => async_()),
    consume: async (q, log) => {
      for await (const x of await q) log.push(x)
    },
    items: [1, 2],
    end: ['done', 'end'],
  },
  'an iterable object read to its end': {
    make: () => new Page(),
    consume: async (p, log) => {
      for await (const x of p) log.push(x, p.secret())
      log.push(p.controller.signal.aborted)
    },
    items: [1, 2],
    end: ['done', 'end'],
  },
  'an iterable object that throws': {
    make: () => new Page(true),
    consume: async (p, log) => {
      try {
        for await (const x of p) log.push(x)
      } catch (e) {
        log.push(e)
      }
    },
    items: [1],
    end: ['failed', boom],
  },
  'an iterable object broken off': {
    make: () => new Page(),
    consume: async (p, log) => {
      for await (const x of p) {
        log.push(x)
        break
      }
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'an iterable without return broken off': {
    make: () => ({
      [Symbol.asyncIterator]: () => {
        let n = 0
        return { next: async () => ({ done: false, value: n++ }) }
      },
    }),
    consume: async (p, log) => {
      for await (const x of p) {
        log.push(x)
        if (x === 1) break
      }
    },
    items: [0, 1],
    end: ['stopped', undefined],
  },
  'both sides of a tee': {
    make: () => new Page(),
    consume: async (p, log) => {
      for (const side of p.tee()) for await (const x of side) log.push(x)
    },
    items: [1, 2],
    end: ['done', 'end'],
  },
  'a frozen iterable object': {
    make: () => Object.freeze(new Page()),
    consume: async (p, log) => {
      for await (const x of p) log.push(x, p.secret(), p instanceof Page)
    },
    items: [1, 2],
    end: ['done', 'end'],
  },
  'a Web stream read to its end': {
    make: numbers(3),
    consume: (s, log) => read(s, log),
    items: [1, 2, 3],
    end: ['done', undefined],
  },
  'a Web stream that closes after its last chunk': {
    make: () =>
      new ReadableStream({
        start(c) {
          c.enqueue(1)
          c.enqueue(2)
          c.close()
        },
      }),
    consume: (s, log) => read(s, log, 2),
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Web stream that errors': {
    make: numbers(1, true),
    consume: (s, log) => read(s, log).catch((e) => log.push(e)),
    items: [1],
    end: ['failed', boom],
  },
  'a Web stream cancelled by its reader': {
    make: numbers(3),
    consume: async (s, log) => {
      const r = s.getReader()
      log.push(await r.read(), await r.cancel('enough'), await r.read())
    },
    items: [1],
    end: ['stopped', 'enough'],
  },
  'a Web stream cancelled unread': {
    make: numbers(3),
    consume: async (s, log) => log.push(await s.cancel('unread'), s.locked),
    end: ['stopped', 'unread'],
  },
  'a Web stream that refuses to be cancelled while locked': {
    make: numbers(1),
    consume: async (s, log) => {
      const r = s.getReader()
      log.push(await s.cancel('x').catch((e: Error) => e.name), await r.read(), await r.read())
    },
    items: [1],
    end: ['done', undefined],
  },
  'a Web stream read by two readers in turn': {
    make: numbers(2),
    consume: async (s, log) => {
      await read(s, log, 1)
      log.push(s.locked)
      await read(s, log)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Web stream iterated': {
    make: numbers(2),
    consume: async (s, log) => {
      for await (const x of s) log.push(x)
      log.push(s.locked)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Web stream iterated and broken off': {
    make: numbers(2),
    consume: async (s, log) => {
      for await (const x of s) {
        log.push(x)
        break
      }
      log.push(s.locked)
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'a Web stream left open by a loop and read on': {
    make: numbers(2),
    consume: async (s, log) => {
      for await (const x of s.values({ preventCancel: true })) {
        log.push(x)
        break
      }
      await read(s, log)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Web stream piped': {
    make: numbers(3),
    consume: async (s, log) => {
      log.push(
        await s.pipeTo(
          new WritableStream({ write: (c) => void log.push(c), close: () => void log.push('closed') }),
        ),
        s.locked,
      )
    },
    items: [1, 2, 3],
    end: ['done', undefined],
  },
  'a Web stream piped that errors': {
    make: numbers(1, true),
    consume: (s, log) =>
      s
        .pipeTo(
          new WritableStream({ write: (c) => void log.push(c), abort: (e) => void log.push('abort', e) }),
        )
        .catch((e: unknown) => log.push(e, s.locked)),
    items: [1],
    end: ['failed', boom],
  },
  'a Web stream piped into a failing target': {
    make: numbers(5),
    consume: (s, log) =>
      s
        .pipeTo(
          new WritableStream({
            write() {
              throw boom
            },
          }),
        )
        .catch((e: unknown) => log.push(e, s.locked)),
    items: [1],
    end: ['stopped', boom],
  },
  'a Web stream whose pipe is aborted': {
    make: numbers(5),
    consume: (s, log) =>
      s
        .pipeTo(new WritableStream(), { signal: AbortSignal.abort(boom) })
        .catch((e: unknown) => log.push(e, s.locked)),
    end: ['stopped', boom],
  },
  'a Web stream piped to nonsense and then read': {
    make: numbers(1),
    consume: async (s, log) => {
      log.push(await s.pipeTo({}).catch((e: Error) => e.name))
      try {
        s.pipeThrough({})
      } catch (e) {
        log.push((e as Error).name)
      }
      await read(s, log)
    },
    items: [1],
    end: ['done', undefined],
  },
  'a Web stream kept by a failing pipe': {
    make: numbers(3),
    consume: async (s, log) => {
      const target = new WritableStream({
        write() {
          throw boom
        },
      })
      log.push(await s.pipeTo(target, { preventCancel: true }).catch((e: unknown) => e))
      await read(s, log)
    },
    items: [1, 2, 3],
    end: ['done', undefined],
  },
  'a Web stream piped through': {
    make: () =>
      new ReadableStream({
        start(c) {
          c.enqueue('a')
          c.enqueue('b')
          c.close()
        },
      }),
    consume: async (s, log) => {
      for await (const x of s.pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream()))
        log.push(x)
    },
    items: ['a', 'b'],
    end: ['done', undefined],
  },
  'both sides of a Web tee': {
    make: numbers(2),
    consume: async (s, log) => {
      const [a, b] = s.tee()
      await Promise.all([read(a, log), read(b, log)])
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'one side of a Web tee': {
    make: numbers(2),
    consume: async (s, log) => {
      const [, b] = s.tee()
      await read(b, log)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Response of a Web stream': {
    make: () =>
      new ReadableStream({
        start(c) {
          c.enqueue(new Uint8Array([65]))
          c.close()
        },
      }),
    consume: async (s, log) => {
      const r = new Response(s)
      log.push(r.body === s, await r.text())
    },
    items: [new Uint8Array([65])],
    end: ['done', undefined],
  },
  'a cloned Response of a Web stream': {
    make: () =>
      new ReadableStream({
        start(c) {
          c.enqueue(new Uint8Array([65]))
          c.close()
        },
      }),
    consume: async (s, log) => {
      const r = new Response(s)
      log.push(await r.clone().text(), await r.text())
    },
    items: [new Uint8Array([65])],
    end: ['done', undefined],
  },
  'a byte stream read into a buffer': {
    make: numbers(2, false, 'bytes'),
    consume: async (s, log) => {
      const r = s.getReader({ mode: 'byob' })
      log.push(
        await r.read(new Uint8Array(4)),
        await r.read(new Uint8Array(0)).catch((e: Error) => e.name),
        await r.read(new Uint8Array(4)),
      )
      await r.cancel()
    },
    items: [new Uint8Array([1]), new Uint8Array([2])],
    end: ['stopped', undefined],
  },
  'a Web stream as a Node stream': {
    make: numbers(2),
    consume: async (s, log) => {
      for await (const x of Readable.fromWeb(s, { objectMode: true })) log.push(x)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Node stream iterated': {
    make: nodeNumbers(3),
    consume: async (s, log) => {
      for await (const x of s) log.push(x)
    },
    items: [1, 2, 3],
    end: ['done', undefined],
  },
  'a Node stream flowing': {
    make: nodeNumbers(3),
    consume: async (s, log) => {
      s.on('data', (x: unknown) => log.push(x)).on('end', () => log.push('end'))
      await closed(s)
    },
    items: [1, 2, 3],
    end: ['done', undefined],
  },
  'a Node stream read by hand': {
    make: nodeNumbers(2),
    consume: async (s, log) => {
      s.on('readable', () => {
        for (let x = s.read(); x !== null; x = s.read()) log.push(x)
      })
      await closed(s)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Node stream piped': {
    make: () => Readable.from(['a', 'b']),
    consume: async (s, log) => {
      for await (const x of s.pipe(new PassThrough({ objectMode: true }))) log.push(x)
    },
    items: ['a', 'b'],
    end: ['done', undefined],
  },
  'a Node stream broken off': {
    make: nodeNumbers(3),
    consume: async (s, log) => {
      for await (const x of s) {
        log.push(x)
        break
      }
      log.push(s.destroyed)
      await tick()
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'a Node stream that fails': {
    make: nodeNumbers(1, true),
    consume: async (s, log) => {
      try {
        for await (const x of s) log.push(x)
      } catch (e) {
        log.push(e)
      }
    },
    end: ['failed', boom],
  },
  'a Node stream destroyed unread': {
    make: nodeNumbers(3),
    consume: async (s, log) => {
      s.destroy()
      await closed(s)
      log.push(s.readableFlowing, s.listenerCount('end'))
    },
    end: ['stopped', undefined],
  },
  'a transform': {
    make: () =>
      new Transform({
        objectMode: true,
        transform(c, _, done) {
          done(null, c * 2)
        },
      }),
    consume: async (s, log) => {
      s.write(1)
      s.end(2)
      for await (const x of s) log.push(x)
    },
    items: [2, 4],
    end: ['done', undefined],
  },
  'a Node stream as a Web stream': {
    make: nodeNumbers(2),
    consume: (s, log) => read(Readable.toWeb(s) as ReadableStream, log),
    items: [1, 2],
    end: ['done', undefined],
  },
  'a duplex that failed before': {
    make: () => {
      const s = new Duplex({ read() {}, write() {} })
      s.on('error', () => undefined)
      s.destroy(boom)
      return s
    },
    consume: async (s, log) => {
      await tick()
      log.push(s.errored)
    },
    end: ['failed', boom],
  },
}

/** The shape of the helper streams of OpenAI and Anthropic: events, an iteration, and promises of the whole. */
class HelperStream {
  readonly #listeners: [string, (...args: unknown[]) => void][] = []
  readonly #end: Promise<string>
  constructor(fail = false) {
    this.#end = (async () => {
      await tick()
      this._emit('text', 'hi')
      if (fail) {
        this._emit('error', boom)
        throw boom
      }
      this._emit('finalMessage', 'hi')
      this._emit('end')
      return 'hi'
    })()
    this.#end.catch(() => undefined)
  }
  _emit(event: string, ...args: unknown[]): void {
    for (const [name, listener] of this.#listeners) if (name === event) listener(...args)
  }
  on(event: string, listener: (...args: unknown[]) => void): this {
    this.#listeners.push([event, listener])
    return this
  }
  async done(): Promise<void> {
    await this.#end
  }
  finalMessage(): Promise<string> {
    return this.#end
  }
}
class IterableHelperStream extends HelperStream {
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield await this.finalMessage()
  }
}
class QuietHelperStream {
  readonly #end = Promise.resolve('hi')
  finalText(): Promise<string> {
    return this.#end
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield await this.#end
  }
}

/** Runs when it is asked to, by whichever method. */
class Builder {
  readonly outcome: () => unknown
  readonly steps: string[]
  constructor(outcome: () => unknown, steps: string[] = []) {
    this.outcome = outcome
    this.steps = steps
  }
  exec(): Promise<unknown> {
    return (async () => this.outcome())()
  }
  // biome-ignore lint/suspicious/noThenProperty: the point of a thenable.
  then(onOk?: (value: unknown) => unknown, onError?: (error: unknown) => unknown): Promise<unknown> {
    return this.exec().then(onOk, onError)
  }
  where(step: string): this {
    this.steps.push(step)
    return this
  }
  clone(): Builder {
    return new Builder(this.outcome, [...this.steps])
  }
}

/** As LangChain has it: the stream is its own iterator, which reads by a reader. */
class IterableReadableStream extends ReadableStream<number> {
  reader: ReadableStreamDefaultReader<number> | undefined
  async next(): Promise<IteratorResult<number, undefined>> {
    this.reader ??= this.getReader()
    const result = await this.reader.read()
    if (!result.done) return { done: false, value: result.value }
    this.reader.releaseLock()
    return { done: true, value: undefined }
  }
  async return(): Promise<IteratorResult<number, undefined>> {
    this.reader ??= this.getReader()
    const cancelled = this.reader.cancel()
    this.reader.releaseLock()
    await cancelled
    return { done: true, value: undefined }
  }
  override [Symbol.asyncIterator](): never {
    return this as never
  }
}
const iterable = (count: number) => () => {
  let next = 0
  return new IterableReadableStream({
    pull(controller) {
      next += 1
      if (next > count) controller.close()
      else controller.enqueue(next)
    },
  })
}
const textStream = (...parts: string[]) =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
      controller.close()
    },
  })

Object.assign(programs, {
  'a streamed Response': {
    make: () => new Response(textStream('a', 'b'), { headers: { 'content-type': 'text/plain' } }),
    consume: async (r, log) => log.push(r.status, await r.text(), r.bodyUsed, r instanceof Response),
    items: ['a', 'b'],
    end: ['done', undefined],
  },
  'a Response of JSON': {
    make: () => Response.json({ a: 1 }),
    consume: async (r, log) => log.push(r.headers.get('content-type'), await r.json()),
    items: ['{"a":1}'],
    end: ['done', undefined],
  },
  'a Response that is cloned': {
    make: () => new Response(textStream('a', 'b')),
    consume: async (r, log) => log.push(await r.clone().text(), await r.text()),
    items: ['a', 'b'],
    end: ['done', undefined],
  },
  'a Response of bytes': {
    make: () => new Response(new Uint8Array([1, 2]), { headers: { 'content-type': 'image/png' } }),
    consume: async (r, log) => log.push((await r.bytes?.()) ?? new Uint8Array(await r.arrayBuffer())),
    items: [new Uint8Array([1, 2])],
    end: ['done', undefined],
  },
  'a Response whose body fails': {
    make: () => new Response(numbers(0, true)()),
    consume: (r, log) => r.text().catch((error: unknown) => log.push(error)),
    end: ['failed', boom],
  },
  'a Response whose body is cancelled': {
    make: () => new Response(textStream('a', 'b')),
    consume: async (r, log) => log.push(await r.body.cancel('enough'), r.bodyUsed),
    end: ['stopped', 'enough'],
  },
  'an observable that completes': {
    make: () => of(1, 2),
    consume: (o, log) => o.subscribe({ next: (x: number) => log.push(x), complete: () => log.push('end') }),
    items: [1, 2],
    end: ['done', undefined],
  },
  'an observable of operators': {
    make: () => of(1, 2).pipe(map((x) => x * 2)),
    consume: async (o, log) => log.push(await lastValueFrom(o.pipe(toArray()))),
    items: [2, 4],
    end: ['done', undefined],
  },
  'an observable that errors': {
    make: () =>
      new Observable((s) => {
        s.next(1)
        s.error(boom)
      }),
    consume: (o, log) =>
      o.subscribe({ next: (x: number) => log.push(x), error: (e: unknown) => log.push(e) }),
    items: [1],
    end: ['failed', boom],
  },
  'an observable that is left': {
    make: () =>
      new Observable((s) => {
        s.next(1)
        return () => undefined
      }),
    consume: (o, log) => {
      const subscription = o.subscribe((x: number) => log.push(x))
      log.push(subscription.closed)
      subscription.unsubscribe()
      log.push(subscription.closed)
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'an observable of which one is taken': {
    make: () => of(1, 2, 3),
    consume: async (o, log) => log.push(await firstValueFrom(o)),
    items: [1],
    end: ['stopped', undefined],
  },
  'a subject': {
    make: () => new Subject(),
    consume: (s, log) => {
      s.subscribe((x: number) => log.push(x))
      s.next(1)
      s.complete()
    },
    items: [1],
    end: ['done', undefined],
  },
  'a helper stream read by events': {
    make: () => new HelperStream(),
    consume: async (h, log) => {
      h.on('text', (x: string) => log.push(x))
      await h.done()
    },
    end: ['done', undefined],
  },
  'a helper stream that fails': {
    make: () => new HelperStream(true),
    consume: (h, log) => h.finalMessage().catch((e: unknown) => log.push(e)),
    end: ['failed', boom],
  },
  'a helper stream of which the whole is asked': {
    make: () => new IterableHelperStream(),
    consume: async (h, log) => log.push(await h.finalMessage()),
    end: ['done', undefined],
  },
  'a helper stream without a place for its events': {
    make: () => new QuietHelperStream(),
    consume: async (h, log) => log.push(await h.finalText()),
    end: ['done', undefined],
  },
  'a query that is executed': {
    make: () => new Builder(() => 7),
    consume: async (q, log) => log.push(await q.where('a').exec(), q.steps, q instanceof Builder),
    end: ['done', 7],
  },
  'a query that is executed and fails': {
    make: () =>
      new Builder(() => {
        throw boom
      }),
    consume: (q, log) => q.exec().catch((e: unknown) => log.push(e)),
    end: ['failed', boom],
  },
  'a copy of a query': {
    make: () => new Builder(() => 7),
    consume: async (q, log) => log.push(await q.where('a').clone().where('b').exec(), Object.keys(q)),
    end: ['done', 7],
  },
  'a query that is awaited after a step': {
    make: () => new Builder(() => 7),
    consume: async (q, log) => log.push(await q.where('a').clone()),
    end: ['done', 7],
  },
  'a query made of functions': {
    make: () => ({
      // biome-ignore lint/suspicious/noThenProperty: the point of a thenable.
      then: (ok: (n: number) => unknown) => Promise.resolve(7).then(ok),
      run: () => Promise.resolve(8),
    }),
    consume: async (q, log) => log.push(await q.run()),
    end: ['done', 8],
  },
  'a Web stream with an iterator of its own': {
    make: iterable(2),
    consume: async (s, log) => {
      for await (const x of s) log.push(x)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
  'a Web stream with an iterator of its own that is left': {
    make: iterable(5),
    consume: async (s, log) => {
      for await (const x of s) {
        log.push(x)
        break
      }
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'a Node stream without a close event destroyed early': {
    make: () =>
      new Readable({
        objectMode: true,
        emitClose: false,
        read() {
          this.push(1)
        },
      }),
    consume: async (s, log) => {
      log.push(s.read())
      s.destroy()
      await tick()
      log.push(s.destroyed)
    },
    items: [1],
    end: ['stopped', undefined],
  },
  'an object with a stream': {
    make: () => ({ stream: numbers(2)(), response: 'r' }),
    consume: async (o, log) => {
      await read(o.stream, log)
      log.push(o.response)
    },
    items: [1, 2],
    end: ['done', undefined],
  },
} satisfies Record<string, Program>)

describe('follow', () => {
  test.each(Object.entries(programs))('lets %s be as it is and hears its end', async (_, program) => {
    const plain: unknown[] = []
    await program.consume(program.make(), plain)
    const heard = recorder()
    const followed: unknown[] = []
    await program.consume(follow(program.make(), heard), followed)
    await tick()
    expect(followed).toEqual(plain)
    expect(heard.ends).toEqual([program.end])
    expect(heard.ends[0]?.[1]).toBe(program.end[1])
    if (!_.includes('fails')) expect(heard.items).toEqual(program.items ?? [])
  })

  test.each(Object.entries(programs))('lets %s be when the follower itself throws', async (_, program) => {
    const plain: unknown[] = []
    await program.consume(program.make(), plain)
    const fail = (): never => {
      throw new Error('a fault of the follower')
    }
    const followed: unknown[] = []
    const hostile = { item: fail, done: fail, failed: fail, stopped: fail, run: fail }
    await program.consume(follow(program.make(), hostile), followed)
    expect(followed).toEqual(plain)
  })

  test.each(Object.entries(programs))('lets %s be followed by several', async (_, program) => {
    const plain: unknown[] = []
    await program.consume(program.make(), plain)
    const heard = [recorder('inner'), recorder('outer')]
    const followed: unknown[] = []
    await program.consume(
      heard.reduce((value, one) => follow(value, one), program.make()),
      followed,
    )
    await tick()
    expect(followed).toEqual(plain)
    for (const one of heard) expect(one.ends).toEqual([program.end])
  })

  test.each<[string, () => unknown]>([
    ['a generator', () => sync()],
    ['an async generator', () => async_()],
    ['an iterable', () => new Page()],
    ['a query', () => new Query(() => 1)],
    ['a subclassed promise', () => ApiPromise.resolve(1)],
    ['a Web stream', numbers(1)],
    ['a Node stream', nodeNumbers(1)],
    ['a promise', () => Promise.resolve(1)],
    ['a builder', () => new Builder(() => 1)],
    ['a Response', () => new Response('x')],
    ['an observable', () => new Observable(() => undefined)],
    ['a helper stream', () => new HelperStream()],
    ['an object with a stream', () => ({ stream: new ReadableStream() })],
  ])('gives back %s itself and starts nothing', async (_, make) => {
    const value = make()
    expect(follow(value, recorder())).toBe(value)
    expect(Object.keys(value as object)).toEqual(Object.keys(make() as object))
  })

  test('gives the same promise for the same promise', () => {
    const promise = Promise.resolve(1)
    expect(follow(promise, recorder())).toBe(follow(promise, recorder()))
  })

  test('takes its properties away again after the end', () => {
    const generator = sync()
    follow(generator, recorder())
    for (const _ of generator) void _
    generator.next()
    generator.return('x')
    expect(Object.getOwnPropertyNames(generator)).not.toContain('next')
  })

  test('ends at once when a long-lived object is returned again and again', () => {
    const page = new Page()
    const heard = Array.from({ length: 100 }, () => recorder())
    for (const one of heard) expect(follow(page, one)).toBe(page)
    expect(heard.filter((one) => one.ends.length > 0)).toHaveLength(84)
  })

  test('reads no more of a stream than its consumer', async () => {
    const pulls = async (wrap: (stream: ReadableStream) => unknown): Promise<number[]> => {
      let pulled = 0
      const made = new ReadableStream(
        {
          pull(c) {
            pulled += 1
            c.enqueue(pulled)
          },
        },
        { highWaterMark: 0 },
      )
      const stream = wrap(made) as ReadableStream
      await tick()
      const counts = [pulled]
      const reader = stream.getReader()
      await reader.read()
      await tick()
      counts.push(pulled)
      reader.releaseLock()
      const target = new WritableStream({ write: () => new Promise(() => undefined) }, { highWaterMark: 3 })
      stream.pipeTo(target).catch(() => undefined)
      await tick()
      await tick()
      return [...counts, pulled]
    }
    expect(await pulls((stream) => follow(stream, recorder()))).toEqual(await pulls((stream) => stream))
  })

  test('does not make a Node stream flow, and adds no listener', async () => {
    const stream = nodeNumbers(3)()
    follow(stream, recorder())
    await tick()
    expect([stream.readableFlowing, stream.eventNames(), stream.readableDidRead]).toEqual([null, [], false])
  })

  test('throws an unheard stream error as the stream does', () => {
    const stream = nodeNumbers(1)()
    const heard = recorder()
    follow(stream, heard)
    expect(() => stream.emit('error', boom)).toThrow(boom)
    expect(heard.ends).toEqual([['failed', boom]])
  })
})

describe('the context of the work', () => {
  test('holds in the bodies of generators and not in their consumer', async () => {
    const seen: unknown[] = []
    const note = (): void => void seen.push(inSpan.getStore())
    const generator = follow(
      (function* () {
        note()
        yield 1
        note()
      })(),
      recorder(),
    ) as Generator
    for (const _ of generator) expect(inSpan.getStore()).toBeUndefined()
    const later = follow(
      (async function* () {
        note()
        await null
        note()
        yield 1
        note()
      })(),
      recorder(),
    )
    for await (const _ of later as AsyncGenerator) expect(inSpan.getStore()).toBeUndefined()
    expect(seen).toEqual(['span', 'span', 'span', 'span', 'span'])
  })

  test('is that of the inner follower when there are several', () => {
    const seen: unknown[] = []
    const inner = follow(
      (function* () {
        yield seen.push(inSpan.getStore())
      })(),
      recorder('inner'),
    )
    const outer = follow(inner, recorder('outer')) as Generator
    outer.next()
    expect(seen).toEqual(['inner'])
  })

  test('holds in a query and not in what the consumer does next', async () => {
    const seen: unknown[] = []
    const query = follow(new Query(() => seen.push(inSpan.getStore())), recorder()) as Query
    await query.then(() => seen.push(inSpan.getStore()))
    await query
    expect(seen).toEqual(['span', undefined, undefined])
  })

  test('holds where streams are produced', async () => {
    const seen: unknown[] = []
    const note = (): void => void seen.push(inSpan.getStore())
    const web = new ReadableStream(
      {
        pull(c) {
          note()
          c.close()
        },
      },
      { highWaterMark: 0 },
    )
    await tick()
    await read(follow(web, recorder()) as ReadableStream, [])
    const node = follow(
      new Readable({
        read() {
          note()
          this.push(null)
        },
      }),
      recorder(),
    ) as Readable
    for await (const _ of node) expect(_).toBe(undefined)
    expect(seen).toEqual(['span', 'span'])
  })
})
