import { type KnownKeys, knownKeys } from '../config/known-keys.ts'
import type { ExpectationInput, FeedbackInput } from './assessments.ts'
import type { TraceSearch } from './trace-search.ts'

const SEARCH: Readonly<Record<keyof TraceSearch, true>> = {
  experimentIds: true,
  filter: true,
  maxResults: true,
  orderBy: true,
  pageToken: true,
}
const EXPECTATION: Readonly<Record<keyof ExpectationInput, true>> = {
  traceId: true,
  name: true,
  value: true,
  source: true,
  spanId: true,
  metadata: true,
}
const FEEDBACK: Readonly<Record<keyof FeedbackInput, true>> = {
  ...EXPECTATION,
  rationale: true,
  error: true,
  overrides: true,
}

/** What `searchTraces` takes. */
export const SEARCH_KEYS: KnownKeys = knownKeys('searchTraces()', SEARCH, {
  filterstring: 'filter',
  limit: 'maxResults',
})
/** What `logFeedback` takes. */
export const FEEDBACK_KEYS: KnownKeys = knownKeys('logFeedback()', FEEDBACK, {
  comment: 'rationale',
  score: 'value',
})
/** What `logExpectation` takes. */
export const EXPECTATION_KEYS: KnownKeys = knownKeys('logExpectation()', EXPECTATION)
