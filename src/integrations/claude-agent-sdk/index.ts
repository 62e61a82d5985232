/**
 * Traces agents of the Claude Agent SDK, `@anthropic-ai/claude-agent-sdk`: `turnspan/claude-agent-sdk`.
 *
 * @packageDocumentation
 */
import { createInstrument, createPatches, likeness, type Method, type Uninstrument } from '../base/index.ts'
import { isSdk, patchSdk } from './patch.ts'
import { tracedByProgram, tracedQuery, tracing } from './query.ts'

export type { Uninstrument } from '../base/index.ts'

const instrument: (copy?: unknown, options?: object) => Uninstrument = createInstrument<object>({
  name: 'claude-agent-sdk',
  patch: (copy, patches) => patchSdk(copy, patches),
  lateReason: (copy) =>
    isSdk(copy)
      ? 'its "query" is an export of an ES module, which can no longer be replaced. Start the program with node --import turnspan/register, or pass the function through traceQuery() of turnspan/claude-agent-sdk'
      : undefined,
})

/**
 * Traces `query()` of the Claude Agent SDK: turns, model calls, tools, sub-agents. `init` calls it automatically. The
 * package is an ES module, whose exports can be replaced only while it is being loaded. So `init` has to run before
 * that (`node --import turnspan/register`), or the program uses {@link traceQuery}.
 *
 * @param copy - what the application imported. Default: the copies that it will load
 * @returns a function that restores everything as it was
 * @see https://docs.claude.com/en/api/agent-sdk/typescript
 */
export function instrumentClaudeAgentSdk(copy?: unknown): Uninstrument {
  return instrument(copy)
}

/**
 * Returns a traced `query` of the Claude Agent SDK, for programs that load the SDK before `init` runs, and for bundled
 * ones. The traced function returns the SDK's own `Query`, with all of its methods. A function that is already traced
 * is returned as it is.
 *
 * @example
 * import * as sdk from '@anthropic-ai/claude-agent-sdk'
 * const query = traceQuery(sdk.query)
 */
export function traceQuery<Query extends (...args: never[]) => unknown>(query: Query): Query {
  if (typeof query !== 'function' || tracing().has(query)) return query
  const original = query as unknown as Method
  const patches = createPatches('claude-agent-sdk')
  const traced = tracedQuery(original, patches)
  likeness(original, traced)
  tracedByProgram().add(query)
  return traced as unknown as Query
}
