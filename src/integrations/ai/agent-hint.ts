import type { Context } from '@opentelemetry/api'
import { createContextKey } from '../../runtime/otel-context.ts'

/** An agent that is about to call the function that does its work; that one takes it, and stands for it. */
export interface AgentHint {
  readonly name: string | undefined
  taken: boolean
}

const AGENT: symbol = createContextKey('turnspan.ai-sdk.agent')

/** `context` with an agent in it whose span is not begun yet. */
export function withAgentHint(context: Context, name: string | undefined): Context {
  const hint: AgentHint = { name, taken: false }
  return context.setValue(AGENT, hint)
}

/** The agent for which a function is called in `context`; only the first one that asks is told. */
export function takeAgent(context: Context): AgentHint | undefined {
  const hint = context.getValue(AGENT) as AgentHint | undefined
  if (hint === undefined || hint.taken) return undefined
  hint.taken = true
  return hint
}

/** Whether what runs in `context` was called by an agent. */
export const isAgentCall = (context: Context): boolean => context.getValue(AGENT) !== undefined
