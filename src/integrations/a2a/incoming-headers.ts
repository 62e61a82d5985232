import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Patches, processWide, read } from '../base/index.ts'

/** Headers of an HTTP request, by their names in lower case. */
export type Headers = Readonly<Record<string, unknown>>

/** How Node tells of a request that its HTTP server has begun to answer. */
const CHANNEL = 'http.server.request.start'

/** Those that name a trace. */
const NAMES = ['traceparent', 'tracestate', 'baggage'] as const

const incoming = (): AsyncLocalStorage<Headers | undefined> =>
  processWide('a2a-incoming-headers', () => new AsyncLocalStorage())

/** Classes are met more than once among the exports of a package. */
const watching: WeakSet<Patches> = new WeakSet()

/**
 * Keeps the trace that each HTTP request names for the code that answers it: servers of version 0.3 hand an agent nothing of
 * the request. Told by Node, so it is the same for every web framework, and nothing of the program is changed.
 */
export function watchIncomingHeaders(patches: Patches): void {
  if (watching.has(patches)) return
  watching.add(patches)
  const store = incoming()
  const heard = (message: unknown): void => {
    try {
      store.enterWith(traceHeadersOf(read(message, 'request', 'headers')))
    } catch {
      // The request is answered all the same.
    }
  }
  subscribe(CHANNEL, heard)
  patches.onUndo(() => {
    watching.delete(patches)
    unsubscribe(CHANNEL, heard)
  })
}

/** The trace that the request names which the running code answers. */
export const incomingHeaders = (): Headers | undefined => incoming().getStore()

function traceHeadersOf(headers: unknown): Headers | undefined {
  if (read(headers, 'traceparent') === undefined) return undefined
  return Object.fromEntries(NAMES.map((name) => [name, read(headers, name)]))
}
