import 'reflect-metadata'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SpanType, trace } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'
import { runNode } from '../support/child.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => traces.stop())

const names = () => traces.spans.map((span) => span.name)

/** What TypeScript makes of legacy decorators above a member: the lowest is called first. */
function decorate(target: object, key: string, ...decorators: unknown[]): void {
  let descriptor: PropertyDescriptor | undefined = Object.getOwnPropertyDescriptor(target, key)
  for (const one of decorators.reverse()) {
    descriptor = (one as (...args: unknown[]) => PropertyDescriptor)(target, key, descriptor) ?? descriptor
  }
  if (descriptor) Object.defineProperty(target, key, descriptor)
}

/** As Nest writes what guards, routes and listeners are found by. */
const metadata =
  (key: string, value: unknown) =>
  (_target: unknown, _key: unknown, descriptor: PropertyDescriptor): PropertyDescriptor => {
    Reflect.defineMetadata(key, value, descriptor.value)
    return descriptor
  }

describe('the metadata of a method', () => {
  test.each([
    ['above', [trace(), metadata('roles', ['admin'])]],
    ['below', [metadata('roles', ['admin']), trace()]],
    ['between', [metadata('other', 1), trace(), metadata('roles', ['admin'])]],
    ['twice', [trace(), metadata('roles', ['admin']), trace()]],
    ['bare', [trace, metadata('roles', ['admin'])]],
  ])('is kept with @trace %s', (_, decorators) => {
    class Controller {
      remove() {
        return 'removed'
      }
    }
    const original = Controller.prototype.remove
    decorate(Controller.prototype, 'remove', ...decorators)
    const { remove } = Controller.prototype
    expect(Reflect.getMetadata('roles', remove)).toEqual(['admin'])
    expect(Reflect.getOwnMetadata('roles', remove)).toEqual(['admin'])
    expect(Reflect.getMetadataKeys(remove)).toContain('roles')
    expect(Reflect.getMetadata('roles', original)).toEqual(['admin'])
    expect(new Controller().remove()).toBe('removed')
    expect(new Set(names())).toEqual(new Set(['remove']))
  })

  test('is the same for wrapper and original, whenever it is written, and wherever', () => {
    const original = function act() {}
    Reflect.defineMetadata('before', 1, original)
    const traced = trace(original)
    Reflect.defineMetadata('original', 2, original)
    Reflect.defineMetadata('wrapper', 3, traced)
    for (const fn of [original, traced]) {
      expect(Reflect.getOwnMetadataKeys(fn)).toEqual(['before', 'original', 'wrapper'])
      expect(Reflect.getMetadata('wrapper', fn)).toBe(3)
      expect(Reflect.hasOwnMetadata('original', fn)).toBe(true)
    }
    expect(Reflect.deleteMetadata('before', traced)).toBe(true)
    expect(Reflect.hasMetadata('before', original)).toBe(false)
    Reflect.defineMetadata('other function', 4, () => undefined)
    expect(Reflect.hasMetadata('other function', traced)).toBe(false)
  })

  test('is copied where reflect-metadata is of an older version', () => {
    const store = new WeakMap<object, Map<unknown, unknown>>()
    const of = (target: object) => store.get(target) ?? store.set(target, new Map()).get(target)
    const registry = Object.getOwnPropertyDescriptor(Reflect, Symbol.for('@reflect-metadata:registry'))
    const older = {
      getOwnMetadataKeys: (target: object) => [...(of(target)?.keys() ?? [])],
      getOwnMetadata: (key: unknown, target: object) => of(target)?.get(key),
      defineMetadata: (key: unknown, value: unknown, target: object) => of(target)?.set(key, value),
    }
    const { setProvider } = registry?.value ?? {}
    if (registry) registry.value.setProvider = undefined
    const before = Object.fromEntries(Object.keys(older).map((key) => [key, Reflect.get(Reflect, key)]))
    try {
      Object.assign(Reflect, older)
      const act = () => 1
      older.defineMetadata('roles', ['admin'], act)
      expect(older.getOwnMetadata('roles', trace(act))).toEqual(['admin'])
    } finally {
      Object.assign(Reflect, before)
      if (registry) registry.value.setProvider = setProvider
    }
  })
})

describe('a wrapped constructor', () => {
  function Agent(this: { name: string }, name: string) {
    this.name = name
  }
  Agent.prototype.hello = function (this: { name: string }) {
    return `hello ${this.name}`
  }
  const make = () => trace(Agent as unknown as new (name: string) => { name: string; hello(): string })

  test('makes instances of the original, also by reflection', () => {
    const Traced = make()
    for (const agent of [new Traced('x'), Reflect.construct(Traced, ['x'])]) {
      expect(agent.hello()).toBe('hello x')
      expect(agent).toBeInstanceOf(Traced)
      expect(agent).toBeInstanceOf(Agent)
      expect(Object.getPrototypeOf(agent)).toBe(Agent.prototype)
    }
    expect(Traced.prototype).toBe(Agent.prototype)
    expect(names()).toEqual(['Agent', 'Agent'])
    traces.stop()
    expect(new Traced('y').hello()).toBe('hello y')
  })

  test('can be extended', () => {
    class Special extends make() {
      shout() {
        return this.hello().toUpperCase()
      }
    }
    const special = new Special('x')
    expect(special.shout()).toBe('HELLO X')
    expect(special.constructor).toBe(Special)
    expect(special).toBeInstanceOf(Special)
    expect(special).toBeInstanceOf(Agent)
  })

  test('knows its new.target, and can be told from one that is none', () => {
    function Target() {
      return { target: new.target }
    }
    const Traced = trace(Target) as unknown as new () => { target: unknown }
    expect(new Traced().target).toBe(Target)
    class Own {}
    expect(Reflect.construct(Traced, [], Own).target).toBe(Own)
    for (const fn of [() => 1, async () => 1, { method() {} }.method]) {
      expect(Object.hasOwn(trace(fn), 'prototype')).toBe(false)
      expect(() => Reflect.construct(trace(fn), [])).toThrow(TypeError)
    }
    const generator = function* () {}
    expect(trace(generator).prototype).toBe(generator.prototype)
    expect(() => Reflect.construct(trace(generator), [])).toThrow(TypeError)
  })

  test('throws what it throws, once', () => {
    let calls = 0
    function Broken() {
      calls += 1
      throw new RangeError('no')
    }
    expect(() => Reflect.construct(trace(Broken), [])).toThrow('no')
    expect(calls).toBe(1)
    expect(traces.get('Broken').status.code).toBe('ERROR')
  })
})

describe('standard decorators', () => {
  test('trace fields, accessors, getters and setters', async () => {
    class Agent {
      base = 1
      #value = 0

      @trace({ spanType: SpanType.TOOL })
      field = async (a: number) => this.base + a

      @trace()
      other = (a: number) => this.base - a

      @trace()
      static shared = (a: number) => a * 2

      @trace()
      #hidden = () => 'hidden'

      @trace()
      accessor handler = (a: number) => a + this.base

      @trace()
      get value() {
        return this.#value
      }

      @trace({ name: 'set value' })
      set value(given: number) {
        this.#value = given
      }

      @trace()
      static get where() {
        return 'here'
      }

      callHidden() {
        return this.#hidden()
      }
    }
    const agent = new Agent()
    expect(await agent.field(1)).toBe(2)
    expect(agent.other(1)).toBe(0)
    expect(Agent.shared(2)).toBe(4)
    expect(agent.callHidden()).toBe('hidden')
    expect(agent.handler(3)).toBe(4)
    agent.value = 7
    expect(agent.value).toBe(7)
    expect(Agent.where).toBe('here')
    expect(names()).toEqual(['field', 'other', 'shared', '#hidden', 'handler', 'set value', 'value', 'where'])
    expect(traces.get('field')).toMatchObject({ type: 'TOOL', inputs: { a: 1 }, outputs: 2 })
    expect(traces.get('set value').inputs).toEqual({ given: 7 })
  })

  test('leave a field alone that holds no function, and say so', () => {
    const decorated = (trace() as unknown as (...args: unknown[]) => (value: unknown) => unknown)(undefined, {
      kind: 'field',
      name: 'limit',
      addInitializer() {},
    })
    expect(decorated(7)).toBe(7)
  })

  test('are refused on a class', () => {
    const refused = trace() as unknown as (...args: unknown[]) => unknown
    const context = { kind: 'class', name: 'C', addInitializer() {} }
    expect(() => refused(class {}, context)).toThrow(/decorate its methods/)
    expect(() => (trace as unknown as typeof refused)(class {}, context)).toThrow(/decorate its methods/)
    // @ts-expect-error a class has nothing to trace
    const decorator: (target: new () => object, context: ClassDecoratorContext) => void = trace()
    expect(decorator).toBeTypeOf('function')
  })
})

describe('decorators of experimentalDecorators', () => {
  test('trace accessors, and static methods', () => {
    class Agent {
      static seen = 0
      get value() {
        return 1
      }
      set value(given: number) {
        Agent.seen = given
      }
      static make() {
        return 'made'
      }
    }
    decorate(Agent.prototype, 'value', trace())
    decorate(Agent, 'make', trace)
    const agent = new Agent()
    expect(agent.value).toBe(1)
    agent.value = 5
    expect(Agent.seen).toBe(5)
    expect(Agent.make()).toBe('made')
    expect(names()).toEqual(['value', 'value', 'make'])
  })

  test('trace a field as Babel calls them', () => {
    const descriptor = {
      configurable: true,
      enumerable: true,
      writable: true,
      initializer: () => (a: number) => a,
    }
    const legacy = trace() as unknown as (...args: unknown[]) => typeof descriptor
    const initial = legacy({}, 'handler', descriptor).initializer()
    expect(initial(3)).toBe(3)
    expect(names()).toEqual(['handler'])
  })

  test.each([
    ['bare', trace],
    ['called', trace()],
  ])('say what to write for a field as TypeScript calls them: %s', (_, given) => {
    const legacy = given as unknown as (...args: unknown[]) => unknown
    expect(() => legacy({}, 'handler', undefined)).toThrow(/handler = trace/)
    expect(() => legacy(class {}, 'handler', undefined)).toThrow(/handler = trace/)
  })

  test('are refused on a class', () => {
    expect(() => (trace() as unknown as (target: unknown) => unknown)(class {})).toThrow(
      /decorate its methods/,
    )
  })
})

interface Recursion {
  readonly depth: number
  readonly open: number
  readonly queued: number
  readonly some: boolean
}

describe('a deep recursion', () => {
  test('ends every span when the stack is at its end, and goes nearly as deep as without', async () => {
    const child = fileURLToPath(new URL('./recursion.child.ts', import.meta.url))
    const { stdout, stderr, code } = await runNode(child, { nodeArgs: ['--stack-size=150'] })
    expect([code, stderr]).toEqual([0, ''])
    const { none, ...ways } = JSON.parse(stdout) as Record<string, Recursion>
    for (const [name, { depth, ...books }] of Object.entries(ways)) {
      expect([name, books]).toEqual([name, { open: 0, queued: 0, some: true }])
      expect([name, depth]).toEqual([name, expect.toSatisfy((found) => found > (none?.depth ?? 0) / 5)])
    }
  })

  test('runs what it calls exactly once, and lets its error out', () => {
    let calls = 0
    const failure = new Error('mine')
    const leaf = trace(() => {
      calls += 1
      throw failure
    })
    let seen: unknown
    const descend = (): void => {
      try {
        descend()
      } catch {
        // At the end of the stack, with as little left as there can be.
        if (seen !== undefined) return
        try {
          leaf()
        } catch (error) {
          seen = error
        }
      }
    }
    descend()
    expect(calls === 0 || seen === failure || seen instanceof RangeError).toBe(true)
    expect(calls).toBeLessThanOrEqual(1)
  })
})
