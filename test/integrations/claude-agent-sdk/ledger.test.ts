import { expect, test } from 'vitest'
import { createLedger, tokensOf } from '../../../src/integrations/claude-agent-sdk/ledger.ts'

const tokens = (input: number, output: number, read = 0) =>
  tokensOf({ input_tokens: input, output_tokens: output, cache_read_input_tokens: read })
const total = (inputTokens: number, outputTokens: number, cacheReadInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cacheReadInputTokens,
})
const short = (rests: ReturnType<ReturnType<typeof createLedger>['rest']>) =>
  rests.map(({ model, tokens: { input, output, read } }) => [model, input, output, read])

test('tells what no call has told, once, of running totals', () => {
  const ledger = createLedger(false)
  ledger.told('m', tokens(20, 1, 5))
  expect(short(ledger.rest({ modelUsage: { m: total(20, 10, 5) } }))).toEqual([['m', 0, 9, 0]])
  expect(short(ledger.rest({ modelUsage: { m: total(20, 10, 5) } }))).toEqual([])
  ledger.told('m', tokens(30, 1))
  expect(short(ledger.rest({ modelUsage: { m: total(50, 40, 5) } }))).toEqual([['m', 0, 29, 0]])
})

test('tells the tokens of models of which no call was seen', () => {
  const ledger = createLedger(false)
  ledger.told('m', tokens(20, 10))
  const result = { modelUsage: { m: total(20, 10), helper: total(7, 3) } }
  expect(short(ledger.rest(result))).toEqual([['helper', 7, 3, 0]])
})

test.each([
  ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
  ['claude-sonnet-4-5[1m]', 'claude-sonnet-4-5'],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
  ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5-20250929'],
])('knows %s and %s for one model', (total_, told) => {
  const ledger = createLedger(false)
  ledger.told(told, tokens(20, 1))
  expect(short(ledger.rest({ modelUsage: { [total_]: total(20, 10) } }))).toEqual([[told, 0, 9, 0]])
})

test('counts nothing twice where models cannot be matched', () => {
  const ledger = createLedger(false)
  ledger.told('a proxy of somebody', tokens(20, 10))
  expect(ledger.rest({ modelUsage: { 'claude-sonnet-4-5': total(20, 10) } })).toEqual([])
})

test('of a session that goes on, counts this turn alone', () => {
  const ledger = createLedger(true)
  ledger.told('m', tokens(20, 1))
  const usage = { input_tokens: 20, output_tokens: 10 }
  expect(short(ledger.rest({ usage, modelUsage: { m: total(5000, 900) } }))).toEqual([['m', 0, 9, 0]])
  ledger.told('m', tokens(30, 1))
  expect(short(ledger.rest({ usage, modelUsage: { m: total(5030, 920) } }))).toEqual([['m', 0, 19, 0]])
})
