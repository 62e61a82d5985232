import { expect, test } from 'vitest'
import { takeUsage, wantsUsage, withUsage } from '../../../src/integrations/mcp/usage.ts'

const usage = { inputTokens: 30, outputTokens: 4, totalTokens: 34 }
const span = { usageBelow: usage } as never
const request = (tracestate?: string) => ({ id: 1, method: 'tools/call', params: { _meta: { tracestate } } })

test('tokens go back to turnspan alone', () => {
  expect(wantsUsage(request('turnspan=root;s:1,other=x'))).toBe(true)
  expect(wantsUsage(request('other=x'))).toBe(false)
  expect(wantsUsage(request())).toBe(false)
})

test.each([
  ['no metadata', { content: [] }],
  ['empty metadata', { content: [], _meta: {} }],
  ['metadata of its own', { content: [], _meta: { a: { b: 1 } } }],
])('an answer with %s is the same again for the program', (_what, result) => {
  const answer = { jsonrpc: '2.0', id: 7, result }
  const before = structuredClone(answer)
  const sent = withUsage(answer as never, span)
  expect(answer).toEqual(before)
  expect(sent.result).toMatchObject({ _meta: { 'turnspan/usage': usage } })
  expect(takeUsage({}, JSON.parse(JSON.stringify(sent)))).toEqual(before)
})

test('an answer without tokens, or that cannot be copied, stays the object that it is', () => {
  const answer = { id: 7, result: { content: [] } }
  expect(withUsage(answer, {} as never)).toBe(answer)
  expect(takeUsage({}, answer)).toBe(answer)
  const lively = { id: 7, result: Object.defineProperty({}, 'content', { get: () => [], enumerable: true }) }
  expect(withUsage(lively, span)).toBe(lively)
  const forged = { id: 7, result: { _meta: { 'turnspan/usage': 'many' } } }
  expect(takeUsage({}, forged)).toBe(forged)
})
