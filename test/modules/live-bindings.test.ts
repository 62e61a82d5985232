import { expect, test } from 'vitest'
import { LIVE_BINDINGS, withSetters } from '../../src/modules/live-bindings.ts'

const SDK = '@anthropic-ai/claude-agent-sdk'
const load = (source: string): Promise<Record<string, () => string>> =>
  import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(source)}`)
const setters = (): WeakMap<object, (value: unknown) => void> =>
  (globalThis as never)[Symbol.for(LIVE_BINDINGS) as never]

test.each([
  ['a minified module', 'function $a(){return "original"}function b(){}export{b as tool,$a as query};'],
  ['a plain module', 'function query() { return "original" }\nexport {\n  query\n};\n// the end\n'],
])('the export of %s can be replaced, for everybody who imported it', async (_what, source) => {
  const module = await load(withSetters(source, SDK))
  const original = module.query as () => string
  setters().get(original)?.(() => 'replaced')
  expect(module.query?.()).toBe('replaced')
  expect(original()).toBe('original')
  setters().get(original)?.(original)
  expect(module.query).toBe(original)
})

test('lines keep their numbers', () => {
  const source = 'function query(){}\nexport{query}'
  expect(withSetters(source, SDK).startsWith(`${source}\n`)).toBe(true)
})

test.each([
  ['of a package that nobody replaces anything in', 'function query(){}export{query}', 'other'],
  ['without that export', 'function other(){}export{other}', SDK],
  ['whose export is no function of its own', 'import{query}from"x";export{query}', SDK],
  ['that exports nothing', 'function query(){}', SDK],
])('a module %s stays as it is', (_what, source, name) => {
  expect(withSetters(source, name)).toBe(source)
})
