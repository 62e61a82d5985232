/**
 * `turnspan/claude-agent-sdk` where there is no Node.
 *
 * @packageDocumentation
 */
import type { Uninstrument } from '../integrations/base/index.ts'
import { leaveAlone } from './leave-alone.ts'
import { sayNotHere } from './runtime.ts'

export const instrumentClaudeAgentSdk: (copy?: unknown) => Uninstrument =
  leaveAlone('instrumentClaudeAgentSdk')

export function traceQuery<Query>(query: Query): Query {
  sayNotHere('traceQuery()')
  return query
}
