/**
 * Traces agents of the Claude Agent SDK, `@anthropic-ai/claude-agent-sdk`: `turnspan/claude-agent-sdk`.
 *
 * @packageDocumentation
 */
import { createInstrument, likeness, type Method, type Uninstrument } from '../base/index.ts'
import { isSdk, patchSdk } from './patch.ts'
import { tracedQuery, tracing } from './query.ts'

export type { Uninstrument } from '../base/index.ts'

const instrument: (copy?: unknown, options?: object) => Uninstrument = createInstrument<object>({
  name: 'claude-agent-sdk',
  patch: (copy, patches) => patchSdk(copy, patches),
  lateReason: (copy) =>
    isSdk(copy)
      ? 'its "query" is an export of an ES module, which cannot be replaced any more. Start the program with node --import turnspan/register, or pass the function through traceQuery() of turnspan/claude-agent-sdk'
      : undefined,
})

/**
 * Traces `query()` of the Claude Agent SDK: turns, model calls, tools, sub-agents. `init` calls it by itself. The package is an ES
 * module, whose exports can only be replaced while it is loaded: so `init` has to run before (`node --import
 * turnspan/register`), or the program takes {@link traceQuery}.
 *
 * @param copy - what the application imported. Default: the copies that it will load
 * @returns puts everything back as it was
 * @see https://docs.claude.com/en/api/agent-sdk/typescript
 */
export function instrumentClaudeAgentSdk(copy?: unknown): Uninstrument {
  return instrument(copy)
}

/**
 * `query` of the Claude Agent SDK, traced: for programs that load the SDK before `init` runs, and for bundled ones. What it returns
 * is the `Query` of the SDK itself, with all of its methods. A function that is traced already comes back as it is.
 *
 * @example
 * import * as sdk from '@anthropic-ai/claude-agent-sdk'
 * const query = traceQuery(sdk.query)
 */
export function traceQuery<Query extends (...args: never[]) => unknown>(query: Query): Query {
  if (typeof query !== 'function' || tracing().has(query)) return query
  const original = query as unknown as Method
  const traced = tracedQuery(original, undefined)
  likeness(original, traced)
  return traced as unknown as Query
}
