import { type Method, membersOf, ownerOf, type Patches, read, type Wrap } from '../base/index.ts'
import { callAgent } from './client-call.ts'
import { withTraceHeaders } from './headers.ts'
import { watchIncomingHeaders } from './incoming-headers.ts'
import { runExecutor } from './server-call.ts'

/**
 * Patches the classes of clients and servers in `copy`: exports of a module, a class, or an instance. They are found by what
 * they have, for bundlers change their names.
 *
 * @returns whether there was one
 */
export function patchA2A(copy: unknown, patches: Patches): boolean {
  return membersOf(copy)
    .map(
      (one) => patchClient(one, patches) || patchHandler(one, patches) || patchTransportClass(one, patches),
    )
    .includes(true)
}

const hasAll = (target: unknown, ...keys: readonly string[]): boolean =>
  keys.every((key) => ownerOf(target, key) !== undefined)

/** Requests of a transport that carry the trace. Its parameters are the request and its options. */
const REQUESTS = ['sendMessage', 'sendMessageStream', 'resubscribeTask', 'getTask', 'cancelTask'] as const

function patchClient(target: unknown, patches: Patches): boolean {
  if (!hasAll(target, 'sendMessage', 'sendMessageStream', 'resubscribeTask', 'getAgentCard')) return false
  const caller: Wrap = (send) =>
    function (...args) {
      patchTransport(read(this, 'transport'), patches)
      return callAgent({ client: this, params: args[0], send: () => Reflect.apply(send, this, args) })
    }
  const follower: Wrap = (ask) =>
    function (...args) {
      patchTransport(read(this, 'transport'), patches)
      return Reflect.apply(ask, this, args)
    }
  for (const key of REQUESTS) patches.wrap(target, key, key.startsWith('sendMessage') ? caller : follower)
  return true
}

/** The older client of version 0.3 makes its transport while it sends, so the class has to be known before. */
function patchTransportClass(target: unknown, patches: Patches): boolean {
  const isTransport = hasAll(
    target,
    'sendMessage',
    'sendMessageStream',
    'resubscribeTask',
    'getExtendedAgentCard',
  )
  if (isTransport) patchTransport(target, patches)
  return isTransport
}

/** The transport sends what interceptors of the program have seen, and puts `serviceParameters` into the headers. */
function patchTransport(transport: unknown, patches: Patches): void {
  for (const key of REQUESTS) patches.wrap(transport, key, sender)
}

const sender: Wrap = (send) =>
  function (...args) {
    const options = withTraceHeaders(args[1])
    return Reflect.apply(send, this, options === args[1] ? args : [args[0], options, ...args.slice(2)])
  }

function patchHandler(target: unknown, patches: Patches): boolean {
  if (!hasAll(target, 'sendMessage', 'sendMessageStream', 'getAuthenticatedExtendedAgentCard')) return false
  const handler: Wrap = (handle) =>
    function (...args) {
      patchExecutor(this, patches)
      return Reflect.apply(handle, this, args)
    }
  for (const key of ['sendMessage', 'sendMessageStream']) patches.wrap(target, key, handler)
  // Those of version 1 keep the headers of a request, and can list tasks.
  if (!hasAll(target, 'listTasks')) watchIncomingHeaders(patches)
  return true
}

/** The agents that a program serves, by their executors: what they are called. */
const cards: WeakMap<object, unknown> = new WeakMap()

function patchExecutor(handler: unknown, patches: Patches): void {
  const executor = read(handler, 'agentExecutor')
  if (typeof executor !== 'object' || executor === null) return
  cards.set(executor, read(handler, 'agentCard'))
  patches.wrap(executor, 'execute', executeWrap)
}

const executeWrap: Wrap = (execute: Method) =>
  function (...args) {
    const card = typeof this === 'object' && this !== null ? cards.get(this) : undefined
    return runExecutor({ card, request: args[0], bus: args[1] }, () => Reflect.apply(execute, this, args))
  }
