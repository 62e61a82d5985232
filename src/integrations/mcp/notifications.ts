import { runIn } from '../../context/active-context.ts'
import { activeContext, tracingIn } from '../../tracing/open-span.ts'
import { read } from '../base/index.ts'
import { handlingIn } from './answers.ts'
import { isNetwork } from './attributes.ts'
import { withoutCall } from './call.ts'
import { inOrigin, type MetaOptions, withMeta } from './meta.ts'
import { recordProgress } from './progress.ts'
import { isOutgoing, type Outgoing, type Protocol, textAt } from './protocol.ts'

/** The SDK hands what is in these to callbacks, or reads them itself: nothing may be added. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['notifications/progress', 'notifications/cancelled'])

/**
 * A notification on its way out, with the active trace in it; the request that is being handled notes progress and log
 * messages. One without parameters stays without, for the SDK may join several of those to one.
 */
export function observedNotification(notification: unknown, options: MetaOptions): unknown {
  const context = activeContext()
  if (!isOutgoing(notification) || tracingIn(context) === undefined) return notification
  const span = handlingIn(context)?.span
  if (notification.method === 'notifications/progress' && span !== undefined) {
    recordProgress(span, notification.params)
  }
  if (notification.method === 'notifications/message' && span !== undefined) {
    span.addEvent(notification.method, {
      'mcp.log.level': textAt(notification.params, 'level'),
      'mcp.log.logger': textAt(notification.params, 'logger'),
    })
  }
  const takesMeta = read(notification, 'params') !== undefined && !LEFT_ALONE.has(notification.method)
  return takesMeta ? withMeta(notification, options) : notification
}

/** Runs the handler of a notification in the trace of whoever sent it. */
export function handleNotification(
  protocol: Protocol,
  notification: unknown,
  handle: () => unknown,
): unknown {
  if (!isOutgoing(notification) || tracingIn(activeContext()) === undefined) return handle()
  return inOrigin(notification as Outgoing, isNetwork(protocol), () =>
    runIn(withoutCall(activeContext()), handle),
  )
}
