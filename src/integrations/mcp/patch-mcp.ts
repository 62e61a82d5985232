import {
  currentPipeline,
  type Method,
  membersOf,
  ownerOf,
  type Patches,
  read,
  type Wrap,
} from '../base/index.ts'
import { noticeAnswer, openOn } from './answers.ts'
import { rememberAgreed } from './attributes.ts'
import { asSent, runCall, sendRequest, streamCall } from './client-call.ts'
import type { MetaOptions } from './meta.ts'
import { handleNotification, observedNotification } from './notifications.ts'
import { isIncoming, isOutgoing, type Protocol } from './protocol.ts'
import { endUnanswered, handleRequest, handlerWithin } from './server-call.ts'
import { takeUsage } from './usage.ts'

/** Options of `instrumentMcp`. */
export interface McpOptions {
  /**
   * Also send session and user of the trace, and the application's own OpenTelemetry baggage, to the other side. The
   * operator of that side can read them.
   *
   * @defaultValue false
   */
  readonly baggage?: boolean | undefined
}

/**
 * Patches the classes of clients and servers in `copy`: exports of a module, an object with some of them, a class, or
 * an instance.
 *
 * @returns whether there was one
 */
export function patchMcp(copy: unknown, patches: Patches, options: McpOptions): boolean {
  const patch = (found: unknown): boolean => {
    if (ownerOf(found, '_onrequest') !== undefined) return patchProtocol(found, patches, options)
    const content = ownerOf(found, 'registerResource') ?? ownerOf(found, 'resource')
    const isServer = ownerOf(found, 'connect') !== undefined && content !== undefined
    return isServer && patchServer(found, patches, patch)
  }
  return membersOf(copy).map(patch).includes(true)
}

/** The high-level server holds a `Server`, which is not to be had without an instance. */
function patchServer(found: unknown, patches: Patches, patch: (found: unknown) => boolean): boolean {
  return patches.wrap(
    found,
    'connect',
    (connect) =>
      function (...args) {
        patch(read(this, 'server'))
        return Reflect.apply(connect, this, args)
      },
  )
}

function patchProtocol(target: unknown, patches: Patches, meta: McpOptions): boolean {
  const wrap = (key: string, wrapper: Wrap): boolean => patches.wrap(target, key, wrapper)
  // Version 2 sends what a handler asks for past `request`.
  const isSecond = wrap('_requestWithSchemaViaCodec', requester(1, meta))
  if (!isSecond) wrap('request', requester(0, meta))
  if (!wrap('_notificationViaCodec', notifier(1, meta))) wrap('notification', notifier(0, meta))
  wrap('callTool', toolCaller(meta))
  wrap('requestStream', streamer(meta))
  wrap('_resolveNonCompleteResult', resumer)
  wrap('_getRequestHandler', handlerGetter)
  wrap('_onnotification', listener)
  wrap('_onclose', closer)
  wrap('_enqueueTaskMessage', queuer)
  wrap('_oninitialize', initializer)
  wrap('_onresponse', answerTaker)
  return wrap('_onrequest', receiver)
}

/** @param at - place of the request among the arguments; the options are two further on */
const requester =
  (at: number, meta: MetaOptions): Wrap =>
  (send) =>
    function (this: Protocol, ...args) {
      const [request, options]: unknown[] = [args[at], args[at + 2]]
      if (!isOutgoing(request)) return Reflect.apply(send, this, args)
      return sendRequest({
        protocol: this,
        request,
        options,
        meta,
        send: (outgoing, observed) => {
          const sent = args.with(at, outgoing)
          if (observed !== options) sent[at + 2] = observed
          return Reflect.apply(send, this, sent)
        },
      })
    }

const notifier =
  (at: number, meta: MetaOptions): Wrap =>
  (notify) =>
    function (...args) {
      const notification = observedNotification(args[at], meta)
      return Reflect.apply(notify, this, args.length > at ? args.with(at, notification) : args)
    }

const toolCaller =
  (meta: MetaOptions): Wrap =>
  (callTool) =>
    function (this: Protocol, ...args) {
      return runCall({
        protocol: this,
        request: { method: 'tools/call', params: args[0] },
        options: args.at(-1),
        meta,
        send: () => Reflect.apply(callTool, this, args),
      })
    }

const streamer =
  (meta: MetaOptions): Wrap =>
  (stream) =>
    function (this: Protocol, ...args) {
      const [request, , options] = args
      const send = (): unknown => Reflect.apply(stream, this, args)
      // Without a task it is one request, which makes its own span.
      if (!isOutgoing(request) || read(options, 'task') === undefined) return send()
      return streamCall({ protocol: this, request, options, meta, send })
    }

const resumer: Wrap = (resume) =>
  function (...args) {
    return asSent(read(args[1], 'request'), () => Reflect.apply(resume, this, args))
  }

const handlerGetter: Wrap = (get) =>
  function (this: Protocol, ...args) {
    const handler: unknown = Reflect.apply(get, this, args)
    return typeof handler === 'function' ? handlerWithin(this, handler as Method) : handler
  }

const initializer: Wrap = (initialize) =>
  function (this: Protocol, ...args) {
    const agreed: unknown = Reflect.apply(initialize, this, args)
    return currentPipeline() === undefined ? agreed : rememberAgreed(this, agreed)
  }

const receiver: Wrap = (receive) =>
  function (this: Protocol, ...args) {
    const handle = (): void => Reflect.apply(receive, this, args)
    const [request, extra] = args
    if (isIncoming(request)) handleRequest({ protocol: this, request, extra, handle })
    else handle()
  }

const answerTaker: Wrap = (receive) =>
  function (this: Protocol, ...args) {
    const answer = takeUsage(this, args[0])
    return Reflect.apply(receive, this, answer === args[0] ? args : args.with(0, answer))
  }

const listener: Wrap = (listen) =>
  function (this: Protocol, ...args) {
    return handleNotification(this, args[0], () => Reflect.apply(listen, this, args))
  }

const closer: Wrap = (close) =>
  function (this: Protocol, ...args) {
    const transport = this._transport
    try {
      return Reflect.apply(close, this, args)
    } finally {
      // Older versions do not cancel what is being handled.
      for (const handling of transport === undefined ? [] : openOn(transport)) {
        endUnanswered(transport, handling, undefined)
      }
    }
  }

/** The answer to a request of a task waits in a queue until the other side asks for it. */
const queuer: Wrap = (enqueue) =>
  function (this: Protocol, ...args) {
    const transport = this._transport
    if (transport !== undefined) noticeAnswer(transport, read(args[1], 'message'))
    return Reflect.apply(enqueue, this, args)
  }
