import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach } from 'vitest'
import { getFn, setFn } from 'vitest/suite'
import { processWide } from '../../src/runtime/registry.ts'
import { configuredPipeline } from '../../src/tracer/current.ts'

// What a test leaves behind, on purpose or not, must not reach the next one. A request whose answer nobody waits for may
// still be under way when its test has ended, and what is said then is nothing that a later test should hear.

/** The test to which the work belongs that goes on here and now. */
const inTest = new AsyncLocalStorage<object>()
const running = new Set<object>()
const wrapped = new WeakSet<object>()

/** Whether this is work of a test that has ended. */
function isStray(): boolean {
  const test = inTest.getStore()
  return test !== undefined && !running.has(test)
}

class Listeners<T> extends Set<T> {
  override [Symbol.iterator](): SetIterator<T> {
    return isStray() ? new Set<T>()[Symbol.iterator]() : super[Symbol.iterator]()
  }
}

class Said<T> extends Set<T> {
  override has(value: T): boolean {
    return isStray() || super.has(value)
  }
}

class Printed<K> extends Map<K, { at: number; held: number }> {
  override get(key: K): { at: number; held: number } | undefined {
    return isStray() ? { at: Date.now(), held: 0 } : super.get(key)
  }
}

const { printed } = processWide('diagnostics', () => ({ listeners: new Listeners(), printed: new Printed() }))
const said = processWide('diagnosed', () => new Said())

let before: unknown

beforeEach(({ task }) => {
  running.add(task)
  if (!wrapped.has(task)) {
    wrapped.add(task)
    const test = getFn(task)
    setFn(task, () => inTest.run(task, test))
  }
  before = configuredPipeline()
  printed.clear()
  said.clear()
})

afterEach(async ({ task }) => {
  // Made in the test, and left by it.
  const left = configuredPipeline()
  if (left !== undefined && left !== before) {
    // Loaded only here: most tests make none, and each file would load all of it.
    const { shutdown } = await import('../../src/setup/lifecycle.ts')
    await shutdown({ timeoutMs: 0 })
  }
  running.delete(task)
})
