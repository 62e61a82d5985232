import type { Context } from '@opentelemetry/api'
import type { Harness, Turn } from '../base/harness/index.ts'
import { ABANDONED, dataAt, keys, read, text } from '../base/index.ts'
import { createLedger } from './ledger.ts'
import { type Parts, readHook, readMessage } from './messages.ts'
import { ModelCalls } from './model-calls.ts'
import { type HookInput, Tools } from './tools.ts'
import { type Asked, createTurns } from './turns.ts'

/** One query: what it tells, and how it ends. */
export interface Session {
  /** The turn that is open, begun if need be. */
  turn(): Turn
  /** A message came to the program. */
  message(message: unknown): void
  hook(input: HookInput): void
  /** The program gave another prompt. */
  prompted(message: unknown): void
  interrupted(): void
  /** Runs `fn` inside of the tool that the model called with this ID. */
  inTool<T>(id: string, fn: () => T): T
  done(): void
  failed(error: unknown): void
  stopped(reason: unknown, at: number | undefined): void
}

/** @param outside - where the query began */
export function createSession(harness: Harness, asked: Asked, outside: Context): Session {
  const { options } = asked
  const continues = text(dataAt(options, 'resume')) !== undefined || dataAt(options, 'continue') === true
  const calls = new ModelCalls(createLedger(continues), () => turns.model)
  const tools = new Tools((scope) => calls.complete(scope))
  const turns = createTurns(harness, asked, outside, (scope) => {
    calls.complete(scope)
    calls.giveUp()
    tools.clear()
  })
  const parts: Parts = { turns, calls, tools }
  return {
    turn: () => turns.open().turn,
    message(message) {
      if (!turns.isOver()) readMessage(parts, message)
    },
    hook(input) {
      if (!turns.isOver()) readHook(parts, input)
    },
    prompted: (message) => turns.prompted(read(message, 'message', 'content')),
    interrupted() {
      turns.isInterrupted = turns.current() !== undefined
    },
    inTool(id, fn) {
      const tool = tools.open(id)
      return tool === undefined ? fn() : tool.run(fn)
    },
    done: () => turns.leave((turn) => turn.end({ output: turns.answer })),
    failed: (error) =>
      turns.leave((turn) => {
        if (turns.isInterrupted) turn.cancel('interrupted', { output: turns.answer })
        else if (isAborted(options)) turn.cancel('aborted', { output: turns.answer })
        else turn.fail(error, { output: turns.answer })
      }),
    stopped: (reason, at) =>
      turns.leave((turn) => {
        const how = reason === ABANDONED ? 'abandoned' : 'stopped'
        turn.end({ output: turns.answer, attributes: { [keys.CALL_END]: how }, endTime: at })
      }),
  }
}

const isAborted = (options: unknown): boolean =>
  read(dataAt(options, 'abortController'), 'signal', 'aborted') === true
