import { dataAt, dataFields, isObject, type Method, read, text } from '../base/index.ts'
import type { Session } from './session.ts'

/** Where Claude Code says which call of a tool a request to an MCP server belongs to. */
const TOOL_USE_ID = 'claudecode/toolUseId'
const CALL = 'tools/call'

/** The queries that a server of the program serves. */
const served: WeakMap<object, Set<Session>> = new WeakMap()

/**
 * Lets the tools of MCP servers that live in the program run inside of the span of their call: the SDK calls them from where
 * the query began.
 *
 * @returns ends that
 */
export function serveTools(options: unknown, session: Session): () => void {
  const sets: Set<Session>[] = []
  for (const server of Object.values(dataFields(dataAt(options, 'mcpServers')))) {
    if (dataAt(server, 'type') !== 'sdk') continue
    const handlers = read(dataAt(server, 'instance'), 'server', '_requestHandlers')
    const sessions = handlers instanceof Map ? sessionsOf(handlers) : undefined
    sessions?.add(session)
    if (sessions !== undefined) sets.push(sessions)
  }
  return () => {
    for (const sessions of sets) sessions.delete(session)
  }
}

/** The queries of a server, whose handler of calls asks them from now on. */
function sessionsOf(handlers: Map<unknown, unknown>): Set<Session> | undefined {
  const known = served.get(handlers)
  if (known !== undefined) return known
  const handle = handlers.get(CALL) as Method | undefined
  if (typeof handle !== 'function') return undefined
  const sessions = new Set<Session>()
  served.set(handlers, sessions)
  handlers.set(CALL, function (this: unknown, ...args: unknown[]): unknown {
    const id = text(read(isObject(args[0]) ? args[0] : undefined, 'params', '_meta', TOOL_USE_ID))
    const call = (): unknown => Reflect.apply(handle, this, args)
    if (id === undefined || sessions.size === 0) return call()
    let run = call
    for (const session of sessions) {
      const inner = run
      run = () => session.inTool(id, inner)
    }
    return run()
  })
  return sessions
}
