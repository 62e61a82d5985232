import { createHarness, type Harness } from '../base/harness/index.ts'
import {
  activeContext,
  currentPipeline,
  dataAt,
  follow,
  isObject,
  itemsOf,
  type Method,
  overlay,
  type Patches,
  processWide,
} from '../base/index.ts'
import { tracedEnvironment } from './environment.ts'
import { serveTools } from './in-process.ts'
import { createSession, type Session } from './session.ts'
import type { HookInput } from './tools.ts'

/** What is told by hooks, which the process calls at once, however late the program reads its messages. */
const EVENTS = ['PreToolUse', 'PostToolUse', 'PostToolUseFailure', 'SubagentStart', 'SubagentStop'] as const

const harness: Harness = createHarness({ name: 'claude-agent-sdk', agent: 'claude', provider: 'anthropic' })

/** Sessions by the object that `query()` gave. */
const sessions: WeakMap<object, Session> = new WeakMap()

/** Functions that trace already, by this copy of turnspan or another one. */
export const tracing = (): WeakSet<object> => processWide('claude-agent-sdk-queries', () => new WeakSet())

/**
 * `query`, traced.
 *
 * @param patches - takes back what is changed beside; none for ever
 */
export function tracedQuery(query: Method, patches: Patches | undefined): Method {
  const traced: Method = function (...args) {
    const run = currentPipeline() === undefined ? undefined : prepare(args)
    if (run === undefined) return Reflect.apply(query, this, args)
    const { session, given, release } = run
    const turn = session.turn()
    let result: unknown
    try {
      result = turn.run(() => Reflect.apply(query, this, given))
    } catch (thrown) {
      release()
      session.failed(thrown)
      throw thrown
    }
    return followed(result, session, release, patches)
  }
  tracing().add(traced)
  return traced
}

function followed(
  result: unknown,
  session: Session,
  release: () => void,
  patches: Patches | undefined,
): unknown {
  if (!isObject(result)) {
    release()
    session.done()
    return result
  }
  patches?.wrap(result, 'interrupt', (interrupt) => {
    return function (...args) {
      if (isObject(this)) sessions.get(this)?.interrupted()
      return Reflect.apply(interrupt, this, args)
    }
  })
  const seen = new WeakSet<object>()
  const ended = (tell: () => void): void => {
    release()
    tell()
  }
  const query = follow(result, {
    item(message) {
      // The object and the generator inside of it are both followed.
      if (!isObject(message) || seen.has(message)) return
      seen.add(message)
      session.message(message)
    },
    done: () => ended(session.done),
    failed: (error) => ended(() => session.failed(error)),
    stopped: (reason, at) => ended(() => session.stopped(reason, at)),
    run: (fn) => fn(),
  })
  if (isObject(query)) sessions.set(query, session)
  return query
}

interface Run {
  readonly session: Session
  /** The arguments with which the SDK is called. */
  readonly given: unknown[]
  release(): void
}

/** Begins the session, and adds to the options what tells of it. */
function prepare(args: readonly unknown[]): Run | undefined {
  try {
    const [params] = args
    if (!isObject(params)) return undefined
    const options = dataAt(params, 'options')
    const prompt = dataAt(params, 'prompt')
    const session = createSession(harness, { prompt, options }, activeContext())
    const hook = hookOf(session)
    const known = isObject(options) ? options : {}
    const added = overlay(overlay(known, withHooks(hook)), withEnvironment(session))
    const given = overlay(params, {
      value: (key, value) =>
        key === 'options' ? added : key === 'prompt' ? observed(value, session) : value,
      added: () => 'options',
    })
    return { session, given: [given, ...args.slice(1)], release: serveTools(options, session) }
  } catch {
    return undefined
  }
}

type Hook = (input: HookInput) => Promise<object>

/** A hook that says nothing. */
const hookOf =
  (session: Session): Hook =>
  async (input) => {
    try {
      session.hook(input)
    } catch {
      // The agent goes on whatever becomes of it.
    }
    return {}
  }

const withHooks = (hook: Hook): Parameters<typeof overlay>[1] => ({
  value: (key, value) => (key === 'hooks' ? hooksWith(value, hook) : value),
  added: () => 'hooks',
})

/** The program's hooks, and ours behind them. */
function hooksWith(given: unknown, hook: Hook): object {
  const own = EVENTS.map((event) => [event, [...itemsOf(dataAt(given, event)), { hooks: [hook] }]] as const)
  return { ...(isObject(given) && given), ...Object.fromEntries(own) }
}

const withEnvironment = (session: Session): Parameters<typeof overlay>[1] => ({
  value: (key, value) => (key === 'env' ? tracedEnvironment(value, session.turn()) : value),
  added: () => 'env',
})

/** A stream of prompts, of which the session hears. */
function observed(prompt: unknown, session: Session): unknown {
  if (!isObject(prompt)) return prompt
  return follow(prompt, {
    item: (message) => session.prompted(message),
    done: () => undefined,
    failed: () => undefined,
    stopped: () => undefined,
    run: (fn) => fn(),
  })
}
