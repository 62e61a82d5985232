/**
 * Lets any agent runtime report its turns, tools, model calls and policies: `turnspan/harness`.
 *
 * @packageDocumentation
 */
export type { ExportedContext } from '../../context/exported-context.ts'
export type { TimeInput } from '../../runtime/clock.ts'
export type { SpanType } from '../../span/semconv/span-type.ts'
export type { Span } from '../../span/span.ts'
export type { TokenUsage } from '../../span/token-usage.ts'
export type {
  EndingWork,
  Handoff,
  Harness,
  HarnessFailure,
  HarnessModelCall,
  HarnessOptions,
  HarnessPolicy,
  HarnessStep,
  HarnessTool,
  ModelCallEnd,
  ModelCallStart,
  Nesting,
  PolicyDecision,
  PolicyStart,
  StepStart,
  ToolStart,
  Turn,
  TurnEnd,
  TurnStart,
  TurnState,
  Work,
  WorkEnd,
  WorkStart,
} from '../base/harness/index.ts'
export { createHarness } from '../base/harness/index.ts'
