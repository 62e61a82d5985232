import type { HarnessModelCall, Turn } from '../base/harness/index.ts'
import { dataAt, itemsOf, messageAnswer, read, text } from '../base/index.ts'
import { type Ledger, type Tokens, tokensOf, usageOfTokens } from './ledger.ts'

/** The main thread of a query, or a sub-agent of it. */
export interface Scope {
  readonly turn: Turn
  /** A result tells what its calls used. */
  readonly isMain: boolean
  /** What the model was given since its last answer, and when: milliseconds since 1970. */
  given: unknown[]
  since: number
  call: OpenCall | undefined
}

/** An answer while its parts come. */
interface OpenCall {
  readonly handle: HarnessModelCall
  readonly id: string | undefined
  readonly model: string
  message: Record<string, unknown>
  content: unknown[]
  tokens: Tokens
  /** Its tokens are final, and no placeholder. */
  isFinal: boolean
  lastMs: number
}

/** A call that has ended, and waits for the result to tell its tokens. */
interface Waiting {
  readonly handle: HarnessModelCall
  readonly model: string
  readonly tokens: Tokens
}

/** Another attempt that the process made before an answer came. */
export interface Attempt {
  readonly attempt: number
  readonly status: number | undefined
  readonly error: string | undefined
}

const FORMAT = 'anthropic'
const MAX_GIVEN = 64

export const newScope = (turn: Turn, since: number, isMain = false): Scope => ({
  turn,
  isMain,
  given: [],
  since,
  call: undefined,
})

/** What the model is given next. */
export function give(scope: Scope, message: unknown, at: number): void {
  scope.since = at
  if (scope.turn.capturesContent && scope.given.length < MAX_GIVEN) scope.given.push(message)
}

/** The model calls of a query, of which the messages of the process tell. */
export class ModelCalls {
  readonly #ledger: Ledger
  /** The model that was asked for. */
  readonly #asked: () => string | undefined
  readonly #waiting: Waiting[] = []
  #retries: Attempt[] = []

  constructor(ledger: Ledger, asked: () => string | undefined) {
    this.#ledger = ledger
    this.#asked = asked
  }

  /** A message of the model came, or a part of one: the parts of one message have its ID. */
  message(scope: Scope, message: unknown, at: number): void {
    const call = this.#callOf(scope, message, at)
    call.lastMs = Math.max(call.lastMs, at)
    const stopped = text(dataAt(message, 'stop_reason')) !== undefined
    if (!call.isFinal) {
      call.message = {
        ...(message as object),
        ...(call.message.stop_reason ? { stop_reason: call.message.stop_reason } : {}),
      }
      call.tokens = tokensOf(dataAt(message, 'usage'))
      call.isFinal = stopped
    }
    if (call.handle.capturesContent) call.content.push(...itemsOf(dataAt(message, 'content')))
  }

  /** An event of the stream that the API sends (`includePartialMessages`). */
  event(scope: Scope, event: unknown, at: number): void {
    const type = read(event, 'type')
    if (type === 'message_start') {
      scope.since = Math.min(scope.since, at)
      this.#callOf(scope, read(event, 'message'), at).message = { ...(read(event, 'message') as object) }
    }
    const { call } = scope
    if (call === undefined) return
    call.lastMs = Math.max(call.lastMs, at)
    if (type === 'content_block_delta') call.handle.firstToken()
    if (type !== 'message_delta') return
    const output = tokensOf(read(event, 'usage'))
    call.tokens = { ...call.tokens, output: output.output }
    call.message = { ...call.message, stop_reason: read(event, 'delta', 'stop_reason') }
    call.isFinal = true
  }

  /** The process put words of its own in the place of an answer that failed. */
  failed(scope: Scope, failure: { type: string; message: string | undefined }, at: number): void {
    this.complete(scope)
    const call = this.#begin(scope, { model: this.#asked() }, at)
    scope.call = undefined
    call.handle.fail(failure, { endTime: at })
  }

  retried(attempt: Attempt): void {
    this.#retries.push(attempt)
  }

  /** What the model was asked is answered: its next message is another one. */
  complete(scope: Scope): void {
    const { call } = scope
    if (call === undefined) return
    scope.call = undefined
    const { usage: _, ...answer } = messageAnswer({ ...call.message, content: call.content })
    this.#ledger.told(call.model, call.tokens)
    const end = {
      output: answer.outputs,
      model: answer.model,
      responseId: answer.responseId,
      finishReasons: answer.finishReasons,
      attributes: { ...answer.attributes },
      endTime: call.lastMs,
    }
    if (call.isFinal || !scope.isMain) call.handle.end({ ...end, usage: usageOfTokens(call.tokens) })
    else {
      call.handle.end({ ...end, usageFollows: true })
      this.#waiting.push({ handle: call.handle, model: call.model, tokens: call.tokens })
    }
  }

  /** A result came: it tells the tokens of all calls so far. */
  settle(turn: Turn, result: unknown): void {
    const settled = this.#waiting.splice(0)
    const rests = this.#ledger.rest(result)
    for (const { handle, model, tokens } of settled) {
      // The only call that waits is the one that the rest is of.
      const own = settled.length === 1 ? rests.find((rest) => rest.model === model) : undefined
      handle.usage(usageOfTokens(own === undefined ? tokens : sum(tokens, own.tokens)))
      if (own !== undefined) rests.splice(rests.indexOf(own), 1)
    }
    for (const { model, tokens } of rests) turn.usage(usageOfTokens(tokens), { model })
  }

  /** No result comes any more: what is known of the calls counts. */
  giveUp(): void {
    for (const { handle, tokens } of this.#waiting.splice(0)) handle.usage(usageOfTokens(tokens))
  }

  #begin(scope: Scope, message: unknown, at: number): OpenCall {
    const model = text(dataAt(message, 'model')) ?? this.#asked() ?? ''
    const handle = scope.turn.modelCall({
      model,
      messageFormat: FORMAT,
      input: { model, messages: scope.given },
      startTime: Math.min(scope.since, at),
    })
    for (const retry of this.#retries) handle.retry(retry)
    this.#retries = []
    scope.given = []
    const id = text(dataAt(message, 'id'))
    const tokens = tokensOf(dataAt(message, 'usage'))
    scope.call = {
      handle,
      id,
      model,
      message: {},
      content: [],
      tokens,
      isFinal: false,
      lastMs: at,
    }
    return scope.call
  }

  #callOf(scope: Scope, message: unknown, at: number): OpenCall {
    if (scope.call !== undefined && scope.call.id === text(dataAt(message, 'id'))) return scope.call
    this.complete(scope)
    return this.#begin(scope, message, at)
  }
}

const sum = (a: Tokens, b: Tokens): Tokens => ({
  input: a.input + b.input,
  output: a.output + b.output,
  read: a.read + b.read,
  written: a.written + b.written,
  written1h: a.written1h + b.written1h,
})
