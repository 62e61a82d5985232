import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { type Diagnostic, init, onDiagnostic, shutdown, withFlush, withSpan } from '../../src/index.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'

let receiver: OtlpHttpCollector
let said: Diagnostic[]

beforeEach(async () => {
  said = []
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  receiver = await startOtlpHttp()
  init({ endpoint: receiver.url, protocol: 'http/protobuf' })
  return onDiagnostic((diagnostic) => said.push(diagnostic))
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  await receiver.stop()
})

const names = (): string[] => receiver.spans().map(({ name }) => name)
const work = async <T>(value: T): Promise<T> => withSpan(async () => value, { name: 'work' })

describe('a handler with withFlush', () => {
  it('answers with its own result, after its spans have arrived', async () => {
    const answer = { statusCode: 200 }
    const handler = withFlush(async (event: { id: number }) => work(event.id === 1 ? answer : undefined))
    expect(await handler({ id: 1 })).toBe(answer)
    expect(names()).toEqual(['work'])
    expectTypeOf(handler).parameter(0).toEqualTypeOf<{ id: number }>()
  })

  it('rejects with its own error, after its spans have arrived', async () => {
    const error = new Error('no')
    const handler = withFlush(async () => {
      await work(1)
      throw error
    })
    await expect(handler()).rejects.toBe(error)
    expect(names()).toEqual(['work'])
  })

  it('throws what it throws and returns what it returns where it is no promise', () => {
    const error = new TypeError('at once')
    expect(withFlush(() => 3)()).toBe(3)
    expect(() =>
      withFlush(() => {
        throw error
      })(),
    ).toThrow(error)
  })

  it('calls its callback with what it was given, after its spans have arrived', async () => {
    const handler = withFlush((_event: object, _context: object, done: (e: unknown, v?: unknown) => void) => {
      withSpan(() => 1, { name: 'work' })
      done(null, 'answer')
    })
    const given = await new Promise<unknown[]>((resolve) => handler({}, {}, (...all) => resolve(all)))
    expect(given).toEqual([null, 'answer'])
    expect(names()).toEqual(['work'])
  })

  it('keeps its this, its name, its length and the marks of a runtime', async () => {
    const mark = Symbol.for('aws.lambda.runtime.handler.streaming')
    async function handler(this: { id: number }, _event: object, _stream: object): Promise<number> {
      return this.id
    }
    const wrapped = withFlush(Object.assign(handler, { [mark]: 'response' }))
    expect(await wrapped.call({ id: 7 }, {}, {})).toBe(7)
    const { name, length } = wrapped
    expect({ name, length, mark: Reflect.get(wrapped, mark) }).toEqual({
      name: 'handler',
      length: 2,
      mark: 'response',
    })
  })

  it('is not held up for longer than was said, nor than the function has left', async () => {
    await receiver.stop()
    receiver = await startOtlpHttp({ afterwards: 'hang' })
    await shutdown({ timeoutMs: 0 })
    init({ endpoint: receiver.url, protocol: 'http/protobuf' })
    const timed = async (handler: () => Promise<unknown>): Promise<number> => {
      const began = performance.now()
      await handler()
      return performance.now() - began
    }
    expect(await timed(withFlush(() => work(1), { timeoutMs: 50 }))).toBeLessThan(1500)
    const context = { getRemainingTimeInMillis: () => 260 }
    const handler = withFlush(async (_event: object, _context: object) => work(1))
    expect(await timed(() => handler({}, context))).toBeLessThan(1500)
    const hostile = {
      getRemainingTimeInMillis: () => {
        throw new Error('no')
      },
    }
    expect(await withFlush(async (_context: object) => 1, { timeoutMs: 10 })(hostile)).toBe(1)
  })

  it('gives back what is no function, and says so', () => {
    const thing = {} as unknown as () => void
    expect(withFlush(thing)).toBe(thing)
    expect(said.map(({ code }) => code)).toEqual(['TS_HANDLER_INVALID'])
  })
})
