import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, expect, test, vi } from 'vitest'
import { HAND_OVER_LIST, handOver, type LoadedModule, onModule } from '../../src/modules/arrivals.ts'
import { makeFolders } from './folders.ts'

const host = globalThis as Record<symbol, unknown>
beforeEach(() => {
  delete host[Symbol.for(HAND_OVER_LIST)]
  delete host[Symbol.for('turnspan.state.1')]
})

const module = (subpath = '.'): LoadedModule => ({
  package: 'openai',
  version: '6.0.0',
  subpath,
  exports: {},
})

test('takes what was handed over before anybody listened, and what comes later', () => {
  const [early, late] = [module(), module()]
  host[Symbol.for(HAND_OVER_LIST)] = [early]
  const heard: unknown[] = []
  const stop = onModule((one) => heard.push(one.exports))
  ;(host[Symbol.for(HAND_OVER_LIST)] as unknown[]).push(late)
  expect(heard).toEqual([early.exports, late.exports])
  stop()
  ;(host[Symbol.for(HAND_OVER_LIST)] as unknown[]).push(module())
  expect(heard).toHaveLength(2)
})

test('hears of the same module once, however many ways it comes by', () => {
  const one = module()
  const heard = vi.fn()
  onModule(heard)
  handOver(one)
  handOver({ ...one, file: '/elsewhere.mjs' })
  handOver({ ...one, subpath: './client' })
  expect(heard).toHaveBeenCalledTimes(2)
})

test.each([[undefined], ['openai'], [{ package: 5, exports: {} }], [{ package: 'openai', exports: 'text' }]])(
  'leaves %j, which is no module, on the list and nothing else',
  (entry) => {
    const heard = vi.fn()
    onModule(heard)
    const list = host[Symbol.for(HAND_OVER_LIST)] as unknown[]
    expect(list.push(entry)).toBe(1)
    expect(heard).not.toHaveBeenCalled()
  },
)

test('a listener that throws does not reach who loads the module', () => {
  onModule(() => {
    throw new Error('ours')
  })
  const heard = vi.fn()
  onModule(heard)
  expect(() => handOver(module())).not.toThrow()
  expect(heard).toHaveBeenCalled()
})

test('waits for the exports of modules that import each other', async () => {
  const made = await makeFolders({
    'node_modules/m/a.mjs': `import { b } from './b.mjs'; export const a = 'a'; export { b }`,
    'node_modules/m/b.mjs': `import * as a from './a.mjs'; globalThis[Symbol.for('${HAND_OVER_LIST}')].push({ package: 'openai', exports: a }); export const b = 'b'`,
  })
  const heard: unknown[] = []
  onModule((one) => heard.push({ ...(one.exports as object) }))
  await import(pathToFileURL(join(made.dir, 'node_modules/m/a.mjs')).href)
  expect(heard).toEqual([{ a: 'a', b: 'b' }])
  await made.remove()
})
