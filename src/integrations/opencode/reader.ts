import { monotonicMs } from '../../runtime/clock.ts'
import { realTime } from '../../runtime/real-time.ts'
import { untraced } from '../../runtime/suppress.ts'
import { itemsOf, type Method, read } from '../base/index.ts'
import type { Asked } from './asked.ts'

/** Asks a server of OpenCode for what belongs to one turn. */
export interface Reader {
  /** The messages of a session; nothing where the server does not tell them in time. */
  session(sessionId: string): Promise<readonly unknown[] | undefined>
  /** Whether it has not told something that was asked for. */
  isIncomplete(): boolean
}

/** How long a program waits for all messages of its turn, at most: they are on the server of the turn itself. */
const MESSAGES_MS = 2000

/** Asks by the session's own client, outside of every span, until the time for it is up. */
export function createReader(session: object, asked: Asked): Reader {
  const until = monotonicMs() + MESSAGES_MS
  let isIncomplete = false
  const ask = async (sessionId: string): Promise<readonly unknown[] | undefined> => {
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
    async session(sessionId) {
      const leftMs = until - monotonicMs()
      const told = leftMs > 0 ? await within(ask(sessionId), leftMs) : undefined
      isIncomplete ||= told === undefined
      return told
    },
    isIncomplete: () => isIncomplete,
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let stop = (): void => {}
  const late = new Promise<undefined>((resolve) => {
    const timer = realTime.start(() => resolve(undefined), ms)
    stop = () => realTime.stop(timer)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    stop()
  }
}
