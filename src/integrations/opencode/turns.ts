import { types } from 'node:util'
import { nowMs } from '../../runtime/clock.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
import type { createHarness, Turn } from '../base/harness/index.ts'
import { currentPipeline, dataAt, diagnoseOnce, type Method, quietly, read, text } from '../base/index.ts'
import { type Asked, askedBy, modelIn, saidIn } from './asked.ts'
import { failureIn, tellTurn } from './messages.ts'
import { createReader } from './reader.ts'
import { createKnown, isOver, repliesByParent } from './replies.ts'

type Harness = ReturnType<typeof createHarness>

/** A turn under way, and what asks for the messages of its session. */
interface Running {
  readonly turn: Turn
  readonly asked: Asked
  readonly session: object
}

/** Tells of a turn what the program's request brought. */
type Tell = (running: Running, result: unknown) => Promise<void>

/** The turns that a program asks for. */
export class Turns {
  readonly #harness: Harness
  /** Those that nobody waits for, by their sessions, in their order. */
  readonly #unawaited = new Map<string, readonly Running[]>()
  /** The messages of users whose turns were told. */
  readonly #known = createKnown()

  constructor(harness: Harness) {
    this.#harness = harness
  }

  /** Observes a method that answers when the turn is over. */
  readonly observePrompt = (original: Method): Method =>
    this.#observe(original, async (running, result) => {
      const error = read(result, 'error')
      if (error === undefined) await this.#answered(running, read(result, 'data'))
      else failed(running.turn, error)
    })

  /** Observes one that answers when the turn has begun. */
  readonly observePromptAsync = (original: Method): Method =>
    this.#observe(original, async (running, result) => {
      const { sessionId } = running.asked
      const error = read(result, 'error')
      if (error === undefined) this.#keep(sessionId, [...this.#waitingIn(sessionId), running])
      else failed(running.turn, error)
    })

  /** A session is over with its turns, or failed: resolves when they were told, and never rejects. */
  async settled(sessionId: string, error: unknown): Promise<void> {
    const turns = this.#waitingIn(sessionId)
    if (turns.length === 0) return
    this.#unawaited.delete(sessionId)
    try {
      const open = await this.#tell(turns, error)
      this.#keep(sessionId, [...open, ...this.#waitingIn(sessionId)])
    } catch {
      for (const { turn } of turns) turn.end()
    }
  }

  #observe(original: Method, tell: Tell): Method {
    const begin = (session: object, args: readonly unknown[]): Running | undefined =>
      quietly(() => this.#begin(session, args))
    return function (this: object, ...args: unknown[]): unknown {
      const running = begin(this, args)
      if (running === undefined) return Reflect.apply(original, this, args)
      const { turn } = running
      let returned: unknown
      try {
        returned = turn.run(() => Reflect.apply(original, this, args))
      } catch (error) {
        failed(turn, error)
        throw error
      }
      if (!types.isPromise(returned)) {
        turn.end()
        return returned
      }
      return thenPlainly(
        returned,
        async (result): Promise<unknown> => {
          // What cannot be told is missing in the trace, and nowhere else.
          await tell(running, result).catch(() => turn.end())
          return result
        },
        (error): never => {
          failed(turn, error)
          throw error
        },
      )
    } as Method
  }

  #begin(session: object, args: readonly unknown[]): Running | undefined {
    const asked = currentPipeline() === undefined ? undefined : askedBy(args)
    // A message that wants no reply is no turn.
    if (asked === undefined || dataAt(asked.body, 'noReply') === true) return undefined
    const { model, provider } = modelIn(asked.body)
    const turn = this.#harness.turn({
      agent: text(dataAt(asked.body, 'agent')),
      sessionId: asked.sessionId,
      input: saidIn(asked.body),
      ...(model !== undefined && { model }),
      ...(provider !== undefined && { provider }),
    })
    return { turn, asked, session }
  }

  async #answered({ turn, asked, session }: Running, answer: unknown): Promise<void> {
    const endTime = nowMs()
    const parent = read(answer, 'info', 'parentID')
    const reader = createReader(session, asked)
    const replies = repliesByParent(await reader.session(asked.sessionId))
    this.#known.add(parent)
    await tellTurn(turn, replies.get(parent) ?? [answer], reader, endTime)
    if (reader.isIncomplete()) sayIncomplete()
  }

  /** Tells turns, the last ones of their session, what its messages say. @returns those that are not over */
  async #tell(turns: readonly Running[], error: unknown): Promise<readonly Running[]> {
    const { session, asked } = turns[0] as Running
    const endTime = nowMs()
    const reader = createReader(session, asked)
    const replies = repliesByParent(await reader.session(asked.sessionId))
    const found = [...replies].filter(([parent]) => !this.#known.has(parent)).slice(-turns.length)
    const open: Running[] = []
    for (const [index, running] of turns.entries()) {
      const [parent, messages] = found[index] ?? []
      if (messages !== undefined && isOver(messages)) {
        this.#known.add(parent)
        await tellTurn(running.turn, messages, reader, endTime)
      } else if (error !== undefined) failed(running.turn, error)
      // An event of the turn before may be read after the next one has begun.
      else if (!reader.isIncomplete()) open.push(running)
      else running.turn.end()
    }
    if (reader.isIncomplete()) sayIncomplete()
    return open
  }

  #keep(sessionId: string, turns: readonly Running[]): void {
    if (turns.length > 0) this.#unawaited.set(sessionId, turns)
    else this.#unawaited.delete(sessionId)
  }

  #waitingIn(sessionId: string): readonly Running[] {
    return this.#unawaited.get(sessionId) ?? []
  }
}

/** The request failed, or was aborted by the program's own signal. */
function failed(turn: Turn, error: unknown): void {
  if (read(error, 'name') === 'AbortError') turn.cancel('aborted')
  else turn.fail(error instanceof Error ? error : failureIn(error))
}

function sayIncomplete(): void {
  diagnoseOnce(
    'warn',
    'TS_OPENCODE_MESSAGES',
    'OpenCode did not report all messages of a turn, so tool calls and model calls are missing from the trace. Close the server only after the turn has been answered.',
  )
}
