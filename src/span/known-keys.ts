import { type KnownKeys, knownKeys } from '../config/known-keys.ts'
import type { EndOptions } from './span.ts'
import type { TokenUsage } from './token-usage.ts'

const END: Readonly<Record<keyof EndOptions, true>> = {
  outputs: true,
  attributes: true,
  status: true,
  endTime: true,
}
const USAGE: Readonly<Record<keyof TokenUsage, true>> = {
  inputTokens: true,
  outputTokens: true,
  totalTokens: true,
  cacheReadInputTokens: true,
  cacheCreationInputTokens: true,
  cacheCreation1hInputTokens: true,
  reasoningTokens: true,
  audioInputTokens: true,
  audioOutputTokens: true,
}

/** What `span.end()` takes. */
export const END_OPTIONS: KnownKeys = knownKeys('span.end()', END, { time: 'endTime', result: 'outputs' })

/** What `span.setTokenUsage()` takes; the other words are those of providers. */
export const TOKEN_USAGE: KnownKeys = knownKeys('span.setTokenUsage()', USAGE, {
  prompttokens: 'inputTokens',
  completiontokens: 'outputTokens',
  input: 'inputTokens',
  output: 'outputTokens',
  total: 'totalTokens',
  cachedinputtokens: 'cacheReadInputTokens',
  cachedtokens: 'cacheReadInputTokens',
})
