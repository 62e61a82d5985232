import type { Context } from '@opentelemetry/api'
import { applyUpdate } from '../../context/trace-update.ts'
import { nowMs } from '../../runtime/clock.ts'
import { isLiveSpan } from '../../span/is-live-span.ts'
import type { Harness, Turn } from '../base/harness/index.ts'
import { dataAt, keys, runIn, text } from '../base/index.ts'
import { give, newScope, type Scope } from './model-calls.ts'

/** What the program asked for. */
export interface Asked {
  readonly prompt: unknown
  readonly options: unknown
}

/** The turns of one query, one after the other. */
export interface Turns {
  /** The model that answers, as far as it is known. */
  model: string | undefined
  /** What the last result said. */
  answer: unknown
  /** The program interrupted the turn that is open. */
  isInterrupted: boolean
  /** The main thread of the turn that is open. */
  current(): Scope | undefined
  /** The same, begun if need be. */
  open(): Scope
  /** The program gave another prompt. */
  prompted(content: unknown): void
  /** The session says who it is. */
  named(sessionId: string | undefined): void
  /** Ends the turn that is open, if there is one. */
  close(how: (turn: Turn) => void): void
  /** Ends it, and begins no other one: what the process still tells when the program has left counts no more. */
  leave(how: (turn: Turn) => void): void
  isOver(): boolean
}

/**
 * @param outside - where the query began
 * @param ending - a turn is about to end
 */
export function createTurns(
  harness: Harness,
  { prompt, options }: Asked,
  outside: Context,
  ending: (scope: Scope) => void,
): Turns {
  const setting = (key: string): string | undefined => text(dataAt(options, key))
  let sessionId = setting('resume') ?? setting('sessionId')
  let main: Scope | undefined
  let isOver = false
  let prompts: unknown[] = typeof prompt === 'string' ? [prompt] : []
  const turns: Turns = {
    model: setting('model'),
    answer: undefined,
    isInterrupted: false,
    current: () => main,
    open() {
      if (main !== undefined) return main
      const input = prompts.length > 1 ? prompts : prompts[0]
      const start = { agent: setting('agent'), model: turns.model, sessionId, input }
      const begun = newScope(
        runIn(outside, () => harness.turn(start)),
        nowMs(),
        true,
      )
      for (const one of prompts) give(begun, { role: 'user', content: one }, begun.since)
      prompts = []
      turns.isInterrupted = false
      turns.answer = undefined
      main = begun
      return begun
    },
    prompted(content) {
      if (isOver) return
      if (main !== undefined && main.given.length === 0 && main.call === undefined) {
        give(main, { role: 'user', content }, main.since)
        main.turn.span.setInputs(content)
        return
      }
      prompts.push(content)
      turns.open()
    },
    named(id) {
      if (id === undefined) return
      sessionId = id
      const span = main?.turn.span
      if (!isLiveSpan(span)) return
      span.setAttribute(keys.CONVERSATION_ID, id)
      // A session that the program named is the one that it looks for.
      if (span.trace.sessionId === undefined) applyUpdate(span.trace, { sessionId: id }, span.host)
    },
    close(how) {
      if (main === undefined) return
      const scope = main
      ending(scope)
      main = undefined
      how(scope.turn)
    },
    leave(how) {
      isOver = true
      turns.close(how)
    },
    isOver: () => isOver,
  }
  return turns
}
