import type { Context } from '@opentelemetry/api'
import type { ExportedContext } from '../../../context/exported-context.ts'
import type { TimeInput } from '../../../runtime/clock.ts'
import type { SpanType } from '../../../span/semconv/span-type.ts'
import type { Span } from '../../../span/span.ts'
import type { TokenUsage } from '../../../span/token-usage.ts'

/** Options of `createHarness`. */
export interface HarnessOptions {
  /** Name of the runtime; its turns carry it as `turnspan.harness.name`. */
  name: string
  /** Name of the agent of a turn that gives none; the span is named `agent:<name>`. @defaultValue the name of the runtime */
  agent?: string | undefined
  /** Model that the agent requests, for a turn that names none. */
  model?: string | undefined
  /** Provider of the model (`openai`, `anthropic`, ...), for a turn or a model call that names none. */
  provider?: string | undefined
  /** Further attributes of each turn. */
  attributes?: Record<string, unknown> | undefined
  /**
   * How long a turn that ended with `usageFollows` waits for its tokens, in milliseconds.
   *
   * @defaultValue 5000
   */
  usageWaitMs?: number | undefined
}

/** What can be given for any piece of work when it begins. */
export interface WorkStart {
  /** Further attributes. */
  attributes?: Record<string, unknown> | undefined
  /** When it began, if not now. */
  startTime?: TimeInput | undefined
  /**
   * Whether it may continue after the work around it has ended. All other work that is open then ends with it, marked
   * `turnspan.call.end: abandoned`. @defaultValue false
   */
  background?: boolean | undefined
}

/** One turn of an agent, or of a sub-agent. */
export interface TurnStart extends WorkStart {
  /** Name of the agent. @defaultValue that of the harness */
  agent?: string | undefined
  /**
   * `resp_<hex>`: the trace gets the ID that this response ID gives. Below another turn, the response ID is only
   * recorded, and the span belongs to the trace of that turn.
   */
  responseId?: string | undefined
  /**
   * The response ID of the turn that this one belongs to, for a runtime that knows nothing else of that turn. This turn
   * is placed below that turn if it is open in this process, and in its trace in any case.
   */
  rootResponseId?: string | undefined
  /** Conversation that the turn belongs to, at most 250 characters. */
  sessionId?: string | undefined
  /** User that the agent works for. */
  user?: string | undefined
  model?: string | undefined
  provider?: string | undefined
  /** What the agent was asked. Content. */
  input?: unknown
  /** As for `withAgent`: `true` keeps a turn with a response ID below the active span. @defaultValue false */
  nest?: boolean | undefined
  /** Fraction of turns that is kept, from 0 to 1; overrides the configured one. */
  sampleRatio?: number | undefined
}

/** One call of a tool. */
export interface ToolStart extends WorkStart {
  /** Name of the tool; the span is named `tool:<name>`. */
  name: string
  /** What it is called with. Content. */
  arguments?: unknown
  /** The model's ID of this call, by which {@link Turn.toolOf} finds it. */
  callId?: string | undefined
}

/** One call of a model. */
export interface ModelCallStart extends WorkStart {
  model?: string | undefined
  /** @defaultValue that of the harness */
  provider?: string | undefined
  /** `gen_ai.operation.name`. @defaultValue `chat` */
  operation?: string | undefined
  /** @defaultValue CHAT_MODEL */
  spanType?: SpanType | undefined
  /** The request, in the form of the provider's API. Content. */
  input?: unknown
  /** How MLflow reads input and output as a chat (`mlflow.message.format`): `openai`, `anthropic`, `gemini`, ... */
  messageFormat?: string | undefined
  /** Tools that the model may call, in OpenAI's nested form. Content. */
  tools?: readonly unknown[] | undefined
}

/** One check of a policy. */
export interface PolicyStart extends WorkStart {
  /** Name of the policy; the span is named `policy:<name>`, of type GUARDRAIL. */
  name: string
  /** Where in the turn it is checked: `input`, `tool_call`, `tool_result`, `output`, ... */
  phase?: string | undefined
  /** What is checked. Content. */
  input?: unknown
  /** The decision, if the runtime reports a check that is already over; the check then ends at once. */
  decision?: PolicyDecision | undefined
  /** Why. Content. */
  reason?: string | undefined
}

/** What a policy decides: allow, deny, or ask a person. */
export type PolicyDecision = 'allow' | 'deny' | 'ask'

/** One agent hands the turn over to another; this takes no time of its own. */
export interface Handoff {
  /** The agent that takes over. */
  to: string
  /** The agent that hands over. @defaultValue the agent of the turn */
  from?: string | undefined
  /** Why. Content. */
  reason?: string | undefined
  /** What is handed over. Content. */
  input?: unknown
  attributes?: Record<string, unknown> | undefined
  startTime?: TimeInput | undefined
  /** @defaultValue now */
  endTime?: TimeInput | undefined
}

/** Any other step: a search, a plan, a list of tools that is fetched. */
export interface StepStart extends WorkStart {
  /** Name of the span. */
  name: string
  /** @defaultValue TASK */
  spanType?: SpanType | undefined
  /** Content. */
  input?: unknown
}

/** What can be given when work ends. */
export interface WorkEnd {
  /** Its result. Content. */
  output?: unknown
  attributes?: Record<string, unknown> | undefined
  /** When it ended, if not now. */
  endTime?: TimeInput | undefined
}

/** What can be given when a turn ends. */
export interface TurnEnd extends WorkEnd {
  /** The runtime reports the tokens later, with {@link Turn.usage}: the span waits for them, and keeps its end time. */
  usageFollows?: boolean | undefined
}

/** An answer of a model. */
export interface ModelCallEnd extends WorkEnd {
  usage?: TokenUsage | undefined
  /**
   * The tokens are reported later, with {@link HarnessModelCall.usage}; if they have not come when the turn ends, the
   * span ends without them.
   */
  usageFollows?: boolean | undefined
  /** The model that answered. */
  model?: string | undefined
  /** The provider's ID of the answer. */
  responseId?: string | undefined
  finishReasons?: readonly string[] | undefined
}

/** A failure that a runtime only reports, when nothing was thrown. */
export interface HarnessFailure {
  /** `error.type`: an identifier of the runtime's choice, not a sentence. */
  type: string
  /** Content. */
  message?: string | undefined
}

/** Work in progress. Its methods never throw, and have no effect after the end. */
export interface Work {
  /** Its span; a no-op span when nothing is traced. */
  readonly span: Span
  /** The context with its span active. */
  readonly context: Context
  /** Whether content is recorded; if not, a runtime need not prepare it. */
  readonly capturesContent: boolean
  readonly isOpen: boolean
  /** Runs `fn` with the span active, and returns what it returns; this does not end the work. */
  run<T>(fn: () => T): T
}

/** Work that has a result: a tool, a step. */
export interface EndingWork extends Work {
  end(end?: WorkEnd): void
  /** Ends the work as failed: with what was thrown, or with what the runtime reports. */
  fail(error: unknown, end?: WorkEnd): void
  /** Ends the work as cancelled: status ERROR, `error.type` is `cancelled`. Open work below it is cancelled too. */
  cancel(reason?: string, end?: WorkEnd): void
}

/** Work that can have other work below it, all of which may run at the same time. */
export interface Nesting {
  /** Begins a tool call. */
  tool(start: ToolStart): HarnessTool
  /** Begins a model call. */
  modelCall(start: ModelCallStart): HarnessModelCall
  /** Begins a policy check. */
  policy(start: PolicyStart): HarnessPolicy
  /** Begins a turn of a sub-agent, below this work and in the same trace. */
  subAgent(start: TurnStart & { agent: string }): Turn
  /** Reports a handoff of the turn to another agent. */
  handoff(handoff: Handoff): void
  /** Begins any other step that is worth a span. */
  step(start: StepStart): HarnessStep
}

export interface HarnessTool extends EndingWork, Nesting {
  readonly callId: string | undefined
}

export interface HarnessStep extends EndingWork, Nesting {}

export interface HarnessPolicy extends Work, Nesting {
  /** Ends the check. `deny` sets the status of its span to ERROR, and that of no other span. */
  decide(decision: PolicyDecision, reason?: string): void
  /** Ends the check as failed: the policy itself did not work. */
  fail(error: unknown): void
}

export interface HarnessModelCall extends Work {
  /** Reports that the first content has arrived. */
  firstToken(): void
  /** Reports that another attempt follows. */
  retry(retry: { attempt: number; status?: number | undefined; error?: string | undefined }): void
  end(end?: ModelCallEnd): void
  /** Ends the call as failed; `partial` is what arrived before the failure. */
  fail(error: unknown, partial?: ModelCallEnd): void
  /** Ends the call as aborted: marked `turnspan.call.end: aborted`, like an aborted call of a client, and not as an error. */
  cancel(reason?: string, partial?: ModelCallEnd): void
  /** Reports tokens that are known later than the answer: see {@link ModelCallEnd.usageFollows}. */
  usage(usage: TokenUsage): void
}

export interface Turn extends Work, Nesting {
  /** The response ID that the turn was given, or else the one by which its trace is found; `undefined` when nothing is traced. */
  readonly responseId: string | undefined
  readonly agent: string
  end(end?: TurnEnd): void
  fail(error: unknown, end?: WorkEnd): void
  /** As {@link EndingWork.cancel}. */
  cancel(reason?: string, end?: WorkEnd): void
  /**
   * Reports tokens that no model call has reported: tokens of calls that the runtime does not show, or that become
   * known later. They get a span of their own, `usage`, so that every receiver counts them once, at the price of
   * `model`.
   */
  usage(usage: TokenUsage, of?: { model?: string | undefined; provider?: string | undefined }): void
  /** The open tool of this turn, or of an agent below it, that has this call ID. */
  toolOf(callId: string): HarnessTool | undefined
  /**
   * Suspends the turn, which continues in another process, or later in this one: its span ends here, and the turn that
   * `harness.resume` makes from the returned value is placed below it. The value is plain JSON; it holds the session,
   * user, tags and metadata of the trace, and no content.
   */
  suspend(end?: WorkEnd): TurnState
}

/** What another process needs to continue a turn, as plain JSON. */
export interface TurnState extends ExportedContext {
  readonly agent: string
  readonly responseId?: string | undefined
}

/** An agent runtime that reports its work to turnspan. */
export interface Harness {
  readonly name: string
  /** Begins a turn. If an open turn (of any harness, or of `withAgent`) is active, the new turn belongs to its trace. */
  turn(start?: TurnStart): Turn
  /** Continues a turn that was suspended, in this process or another. */
  resume(state: TurnState, start?: TurnStart): Turn
  /** The open turn of this process that was given this response ID, or whose trace is found by it. */
  turnOf(responseId: string): Turn | undefined
}
