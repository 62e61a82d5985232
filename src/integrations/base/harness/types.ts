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
  /** Name of the agent, where a turn gives none: its span is `agent:<name>`. @defaultValue the name of the runtime */
  agent?: string | undefined
  /** Model that its agents ask for, where a turn gives none. */
  model?: string | undefined
  /** Whose model it is (`openai`, `anthropic`, ...), where a turn or a model call gives none. */
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

/** What every piece of work may say as it begins. */
export interface WorkStart {
  /** Further attributes. */
  attributes?: Record<string, unknown> | undefined
  /** When it began, if not now. */
  startTime?: TimeInput | undefined
  /**
   * It may go on when the work around it has ended. Everything else that is open then ends with it, marked
   * `turnspan.call.end: abandoned`. @defaultValue false
   */
  background?: boolean | undefined
}

/** One turn of an agent, or of an agent below another one. */
export interface TurnStart extends WorkStart {
  /** Name of the agent. @defaultValue that of the harness */
  agent?: string | undefined
  /** `resp_<hex>`: the trace gets the ID that belongs to it. Below another turn it is recorded, and the trace is that one's. */
  responseId?: string | undefined
  /**
   * The response ID of the turn that this one belongs to, where a runtime knows nothing else of it: it stands below that turn
   * if it is open in this process, and in its trace in any case.
   */
  rootResponseId?: string | undefined
  /** Conversation that the turn belongs to, at most 250 characters. */
  sessionId?: string | undefined
  /** Who the agent works for. */
  user?: string | undefined
  model?: string | undefined
  provider?: string | undefined
  /** What the agent was asked. Content. */
  input?: unknown
  /** As of `withAgent`: `true` keeps a turn with a response ID below the active span. @defaultValue false */
  nest?: boolean | undefined
  /** Share of turns that is kept, 0 to 1; beats the configured one. */
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
  /** What is sent, as the provider's API has it. Content. */
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
  /** Where in the turn it is asked: `input`, `tool_call`, `tool_result`, `output`, ... */
  phase?: string | undefined
  /** What is checked. Content. */
  input?: unknown
  /** Where the runtime reports a check that is over: its decision, and the check ends at once. */
  decision?: PolicyDecision | undefined
  /** Why. Content. */
  reason?: string | undefined
}

/** What a policy says: go on, do not, or ask a person. */
export type PolicyDecision = 'allow' | 'deny' | 'ask'

/** One agent gives the turn to another; it takes no time of its own. */
export interface Handoff {
  /** The agent that goes on. */
  to: string
  /** The one that stops. @defaultValue the agent of the turn */
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

/** What can be said as work ends. */
export interface WorkEnd {
  /** Its result. Content. */
  output?: unknown
  attributes?: Record<string, unknown> | undefined
  /** When it ended, if not now. */
  endTime?: TimeInput | undefined
}

/** What can be said as a turn ends. */
export interface TurnEnd extends WorkEnd {
  /** The runtime tells the tokens later, by {@link Turn.usage}: the span waits for them, and keeps its end time. */
  usageFollows?: boolean | undefined
}

/** An answer of a model. */
export interface ModelCallEnd extends WorkEnd {
  usage?: TokenUsage | undefined
  /** The tokens are told later, by {@link HarnessModelCall.usage}; at the latest when the turn ends, the span ends without. */
  usageFollows?: boolean | undefined
  /** The model that answered. */
  model?: string | undefined
  /** The provider's ID of the answer. */
  responseId?: string | undefined
  finishReasons?: readonly string[] | undefined
}

/** A failure that a runtime only tells of, where nothing was thrown. */
export interface HarnessFailure {
  /** `error.type`: a word of the runtime, no sentence. */
  type: string
  /** Content. */
  message?: string | undefined
}

/** Work under way. Nothing here throws, and after the end nothing has an effect. */
export interface Work {
  /** Its span; one that keeps nothing where nothing is traced. */
  readonly span: Span
  /** The context with its span active. */
  readonly context: Context
  /** Whether recording content is of any use: a runtime may spare itself the work of preparing it. */
  readonly capturesContent: boolean
  readonly isOpen: boolean
  /** Runs `fn` with the span active, and returns what it returns; the work does not end by it. */
  run<T>(fn: () => T): T
}

/** Work that has a result: a tool, a step. */
export interface EndingWork extends Work {
  end(end?: WorkEnd): void
  /** It failed: with what was thrown, or with what the runtime tells. */
  fail(error: unknown, end?: WorkEnd): void
  /** Somebody broke it off: status ERROR, `error.type` is `cancelled`. What is open below is broken off too. */
  cancel(reason?: string, end?: WorkEnd): void
}

/** Work below which there is other work: all of it may go on at the same time. */
export interface Nesting {
  /** A tool is called. */
  tool(start: ToolStart): HarnessTool
  /** A model is asked. */
  modelCall(start: ModelCallStart): HarnessModelCall
  /** A policy is asked. */
  policy(start: PolicyStart): HarnessPolicy
  /** Another agent works for this one: it stands below, and in the same trace. */
  subAgent(start: TurnStart & { agent: string }): Turn
  /** The turn goes over to another agent. */
  handoff(handoff: Handoff): void
  /** Anything else that is worth a span. */
  step(start: StepStart): HarnessStep
}

export interface HarnessTool extends EndingWork, Nesting {
  readonly callId: string | undefined
}

export interface HarnessStep extends EndingWork, Nesting {}

export interface HarnessPolicy extends Work, Nesting {
  /** Ends the check. `deny` gives its span the status ERROR, and no other one. */
  decide(decision: PolicyDecision, reason?: string): void
  /** The policy itself failed. */
  fail(error: unknown): void
}

export interface HarnessModelCall extends Work {
  /** The first content came. */
  firstToken(): void
  /** Another attempt follows. */
  retry(retry: { attempt: number; status?: number | undefined; error?: string | undefined }): void
  end(end?: ModelCallEnd): void
  /** It failed; `partial` is what came before. */
  fail(error: unknown, partial?: ModelCallEnd): void
  /** It was broken off: marked `turnspan.call.end: aborted`, as that of a client, and no error. */
  cancel(reason?: string, partial?: ModelCallEnd): void
  /** Tokens that are known later than the answer: see {@link ModelCallEnd.usageFollows}. */
  usage(usage: TokenUsage): void
}

export interface Turn extends Work, Nesting {
  /** The response ID that it was given, else the one that its trace is found by; `undefined` where nothing is traced. */
  readonly responseId: string | undefined
  readonly agent: string
  end(end?: TurnEnd): void
  fail(error: unknown, end?: WorkEnd): void
  /** As {@link EndingWork.cancel}. */
  cancel(reason?: string, end?: WorkEnd): void
  /**
   * Tokens that no model call has told: of calls that the runtime does not show, or later than it shows them. They get a span
   * of their own, `usage`, so that every receiver counts them once, with the price of `model`.
   */
  usage(usage: TokenUsage, of?: { model?: string | undefined; provider?: string | undefined }): void
  /** The open tool of this turn, or of an agent below it, that has this call ID. */
  toolOf(callId: string): HarnessTool | undefined
  /**
   * The turn goes on in another process, or later in this one: its span ends here, and what `harness.resume` makes of the
   * returned value stands below it. The value is plain JSON; it holds session, user, tags and metadata of the trace, and no content.
   */
  suspend(end?: WorkEnd): TurnState
}

/** What another process needs to go on with a turn. Plain JSON. */
export interface TurnState extends ExportedContext {
  readonly agent: string
  readonly responseId?: string | undefined
}

/** A runtime of agents, as turnspan sees it. */
export interface Harness {
  readonly name: string
  /** A turn begins. Below an open turn (of whatever harness, or of `withAgent`) that is active, it stands in that one's trace. */
  turn(start?: TurnStart): Turn
  /** A turn goes on that was suspended, in whichever process. */
  resume(state: TurnState, start?: TurnStart): Turn
  /** The open turn of this process that was given this response ID, or whose trace is found by it. */
  turnOf(responseId: string): Turn | undefined
}
