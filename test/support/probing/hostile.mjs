// What a program may legally put into a request: objects that do something when they are read. Each counts how often.

/** Pieces of a request, and how often each was read so far. */
export function hostilePieces() {
  const counts = {}
  const count = (what) => {
    counts[what] = (counts[what] ?? 0) + 1
    return counts[what]
  }
  /** Gives another value each time that it is made JSON of. */
  class Attempt {
    constructor(make) {
      Object.defineProperty(this, 'make', { value: make })
      this.unsent = 'not part of the JSON'
    }
    toJSON(key) {
      return this.make(count(`toJSON ${typeof key}`))
    }
  }
  /** An array whose own ways of going through it are counted. */
  class Counted extends Array {
    map(...args) {
      count('array map')
      return super.map(...args)
    }
    some(...args) {
      count('array some')
      return super.some(...args)
    }
    every(...args) {
      count('array every')
      return super.every(...args)
    }
    [Symbol.iterator]() {
      count('array iterator')
      return super[Symbol.iterator]()
    }
  }
  const traps = Object.fromEntries(
    ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'].map((name) => [
      name,
      (...args) => {
        count(`trap ${name}`)
        return Reflect[name](...args)
      },
    ]),
  )
  return {
    counts,
    attempt: (make) => new Attempt(make),
    list: (...items) => Object.assign(new Counted(), items),
    proxy: (target) => new Proxy(target, traps),
    /** `target` with a getter that gives what `make` makes of its count. */
    getter(target, key, make) {
      return Object.defineProperty(target, key, {
        enumerable: true,
        configurable: true,
        get: () => make(count(`getter ${key}`)),
      })
    },
    /** What JSON takes for something else than it is. */
    odd: () => ({
      date: new Date(0),
      bytes: new Uint8Array([1, 2]),
      map: new Map([['a', 1]]),
      nothing: undefined,
      never: Number.NaN,
      boxed: Object('text'),
      run: () => count('function'),
      [Symbol.iterator]: function* () {
        count('iterator')
        yield 1
      },
    }),
    /** Somebody lets bigints be JSON. */
    withBigints: async (work) => {
      Object.defineProperty(BigInt.prototype, 'toJSON', {
        configurable: true,
        value() {
          count('bigint toJSON')
          return `${this}n`
        },
      })
      try {
        return await work()
      } finally {
        delete BigInt.prototype.toJSON
      }
    },
    /** What is read of it throws, each time with its count. */
    throwing: (target, key) =>
      Object.defineProperty(target, key, {
        enumerable: true,
        get() {
          throw new RangeError(`read ${count(`throwing ${key}`)} times`)
        },
      }),
  }
}

/** Runs `work` with pieces of its own, and notes how often they were read, whether it fails or not. */
export const withHostile = (tools, work) => {
  const pieces = hostilePieces()
  return Promise.resolve(work(pieces)).finally(() => tools.note(pieces.counts))
}
