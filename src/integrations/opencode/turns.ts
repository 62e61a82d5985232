import { types } from 'node:util'
import { nowMs } from '../../runtime/clock.ts'
import { realTime } from '../../runtime/real-time.ts'
import { untraced } from '../../runtime/suppress.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
import type { createHarness, Turn } from '../base/harness/index.ts'
import { currentPipeline, dataAt, diagnoseOnce, itemsOf, type Method, read, text } from '../base/index.ts'
import { type Asked, askedBy, modelIn, saidIn } from './asked.ts'
import { failureIn, type Reader, tellMessages } from './messages.ts'

type Harness = ReturnType<typeof createHarness>

/** A turn under way, and what asks for the messages of its session. */
interface Running {
  readonly turn: Turn
  readonly asked: Asked
  readonly read: Reader
  readonly begunMs: number
}

/** The turns of a process. */
export interface Turns {
  observePrompt(original: Method): Method
  observePromptAsync(original: Method): Method
  /** A session is over with its turn, or failed: resolves when its turn was told. */
  settled(sessionId: string, error: unknown): Promise<void>
}

/** How long a program waits for the messages of its turn, at most: they are on the server of the turn itself. */
const MESSAGES_MS = 2000

export function createTurns(harness: Harness): Turns {
  /** Those that nobody waits for, by their sessions. */
  const unawaited = new Map<string, Running>()

  const begin = (session: object, args: readonly unknown[]): Running | undefined => {
    const asked = currentPipeline() === undefined ? undefined : askedBy(args)
    // A message that wants no reply is no turn.
    if (asked === undefined || dataAt(asked.body, 'noReply') === true) return undefined
    const { model, provider } = modelIn(asked.body)
    const turn = harness.turn({
      agent: text(dataAt(asked.body, 'agent')),
      sessionId: asked.sessionId,
      input: saidIn(asked.body),
      ...(model !== undefined && { model }),
      ...(provider !== undefined && { provider }),
    })
    return { turn, asked, read: readerOf(session, asked), begunMs: nowMs() }
  }

  const observed = (
    original: Method,
    answered: (running: Running, result: unknown) => Promise<void>,
  ): Method =>
    function (this: object, ...args: unknown[]): unknown {
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
          await answered(running, result)
          return result
        },
        (error): never => {
          failed(turn, error)
          throw error
        },
      )
    } as Method

  return {
    observePrompt: (original) =>
      observed(original, async ({ turn, read: ask, begunMs }, result) => {
        const error = read(result, 'error')
        if (error !== undefined) {
          failed(turn, error)
          return
        }
        const answer = read(result, 'data')
        const told = await within(ask.turn(text(read(answer, 'info', 'parentID')), begunMs))
        if (told === undefined) sayIncomplete()
        await tellMessages(turn, told ?? [answer], ask)
      }),
    observePromptAsync: (original) =>
      observed(original, async (running, result) => {
        const error = read(result, 'error')
        if (error !== undefined) failed(running.turn, error)
        else unawaited.set(running.asked.sessionId, running)
      }),
    async settled(sessionId, error) {
      const running = unawaited.get(sessionId)
      if (running === undefined) return
      unawaited.delete(sessionId)
      const { turn, read: ask, begunMs } = running
      const told = await within(ask.turn(undefined, begunMs))
      if (told === undefined) sayIncomplete()
      if (told !== undefined && told.length > 0) await tellMessages(turn, told, ask)
      else if (error !== undefined) failed(turn, error)
      else turn.end()
    },
  }
}

/** The request failed, or was aborted by the program's own signal. */
function failed(turn: Turn, error: unknown): void {
  if (read(error, 'name') === 'AbortError') turn.cancel('aborted')
  else turn.fail(error instanceof Error ? error : failureIn(error))
}

/** Asks the session's own client for messages, outside of every span. */
function readerOf(session: object, asked: Asked): Reader {
  const all = async (sessionId: string): Promise<readonly unknown[] | undefined> => {
    try {
      const method = read(session, 'messages') as Method
      // Nothing that traces requests makes a span of this one.
      const result: unknown = await untraced(() =>
        Reflect.apply(method, session, asked.messagesOf(sessionId)),
      )
      return read(result, 'error') === undefined ? itemsOf(read(result, 'data')) : undefined
    } catch {
      return undefined
    }
  }
  return {
    session: all,
    async turn(parentId, begunMs) {
      const messages = await all(asked.sessionId)
      const replies = messages?.filter((message) => read(message, 'info', 'role') === 'assistant')
      if (parentId !== undefined) return replies?.filter((one) => read(one, 'info', 'parentID') === parentId)
      const last = replies?.at(-1)
      const isNew = Number(read(last, 'info', 'time', 'created')) >= begunMs
      const parent = read(last, 'info', 'parentID')
      return isNew ? replies?.filter((one) => read(one, 'info', 'parentID') === parent) : []
    },
  }
}

async function within<T>(work: Promise<T>): Promise<T | undefined> {
  let stop = (): void => {}
  const late = new Promise<undefined>((resolve) => {
    const timer = realTime.start(() => resolve(undefined), MESSAGES_MS)
    stop = () => realTime.stop(timer)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    stop()
  }
}

function sayIncomplete(): void {
  diagnoseOnce(
    'warn',
    'TS_OPENCODE_MESSAGES',
    'OpenCode did not tell the messages of a turn, so that its tools and all calls of models but the last are missing in the trace. Close the server after the turn has been answered.',
  )
}
