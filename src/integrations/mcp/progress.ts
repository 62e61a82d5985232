import type { Context } from '@opentelemetry/api'
import { runIn } from '../../context/active-context.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import { isPlainObject, read } from '../base/index.ts'
import { withoutCall } from './call.ts'

type OnProgress = (this: unknown, ...args: unknown[]) => unknown

const observed: WeakSet<OnProgress> = new WeakSet()

/**
 * Request options whose `onprogress` also leaves an event on `span`, and runs inside it. The options themselves
 * where they have none.
 */
export function observedOptions(options: unknown, span: LiveSpan, context: Context): unknown {
  if (!isPlainObject(options)) return options
  const onprogress = options.onprogress as OnProgress | undefined
  if (typeof onprogress !== 'function' || observed.has(onprogress)) return options
  const inside = withoutCall(context)
  const observer: OnProgress = function (...args) {
    recordProgress(span, args[0])
    return runIn(inside, () => Reflect.apply(onprogress, this, args))
  }
  observed.add(observer)
  return { ...options, onprogress: observer }
}

/** Records how far the work has come, as the other side says; its words are content and left out. */
export function recordProgress(span: LiveSpan, progress: unknown): void {
  span.addEvent('notifications/progress', {
    'mcp.progress': read(progress, 'progress'),
    'mcp.progress.total': read(progress, 'total'),
  })
}
