import type { Context } from '@opentelemetry/api'
import { activeContext, runIn } from '../../../context/active-context.ts'
import { msOfTimeInput } from '../../../runtime/clock.ts'
import type { LiveSpan } from '../../../span/live-span.ts'
import { NOOP_SPAN } from '../../../span/noop-span.ts'
import type { Span } from '../../../span/span.ts'
import type { Pipeline } from '../../../tracer/pipeline.ts'
import { contextOf, tracingIn } from '../../../tracing/open-span.ts'
import { type ActiveSpan, parentContext } from '../active-span.ts'
import { quietly } from '../quietly.ts'
import type { HarnessOptions, HarnessTool, Nesting, Work, WorkEnd } from './types.ts'

/** How work ends that is still open when the work around it has ended. */
export type Close = 'abandoned' | 'cancelled'

/** Something open below a frame. */
export interface Child {
  readonly background: boolean
  close(how: Close, reason: string | undefined, endTime: number | undefined): void
}

/** What all work of one turn, sub-agents included, has in common. */
export interface Settings {
  readonly options: Readonly<HarnessOptions>
  /** Open tools by the model's ID of their call. */
  readonly tools: Map<string, HarnessTool>
  /** Makes what begins other work below a frame. */
  nest(frame: Frame): Nesting
}

/** One span of a harness while its work goes on. */
export interface Frame {
  readonly settings: Settings
  /** Name of the agent that it belongs to. */
  readonly agent: string
  /** Absent where nothing is traced. */
  readonly live: LiveSpan | undefined
  /** With its span active. */
  readonly context: Context
  readonly parentContext: Context
  readonly above: Frame | undefined
  readonly children: Set<Child>
  isOpen: boolean
  /** Its place among the children of the frame above. */
  child: Child | undefined
}

/** Where work begins. */
export interface FramePlace {
  readonly settings: Settings
  readonly agent: string
  readonly above?: Frame | undefined
  /** Where there is nothing of the harness above. @defaultValue the active one */
  readonly context?: Context | undefined
}

/** Begins work in a span that `open` makes; without one where nothing is traced, and whatever goes wrong. */
export function openFrame(
  { settings, agent, above, context }: FramePlace,
  open: (pipeline: Pipeline, context: Context) => LiveSpan,
): Frame {
  const outside = above?.context ?? context ?? activeContext()
  const pipeline = above !== undefined && above.live === undefined ? undefined : tracingIn(outside)
  const live = quietly(() => pipeline && open(pipeline, outside))
  return {
    settings,
    agent,
    live,
    context: live === undefined ? outside : contextOf(outside, live),
    parentContext: parentContext(),
    above,
    children: new Set(),
    isOpen: true,
    child: undefined,
  }
}

/** Lets the work above know of it, which ends it at last. */
export function adopt(frame: Frame, child: Child): void {
  frame.child = child
  frame.above?.children.add(child)
}

/** Says of every open piece of work below that it is over. */
export function closeChildren(frame: Frame, how: Close, reason?: string, endTime?: number): void {
  for (const child of [...frame.children]) if (!child.background) child.close(how, reason, endTime)
}

/**
 * Ends the work, once, and what is open below it.
 *
 * @param say - says of the span how it ended
 * @returns whether it was open
 */
export function endFrame(
  frame: Frame,
  end: WorkEnd | undefined,
  say?: (live: LiveSpan) => void,
  how: Close = 'abandoned',
  reason?: string,
): boolean {
  if (!frame.isOpen) return false
  const endTime = msOfTimeInput(end?.endTime)
  closeChildren(frame, how, reason, endTime)
  leaveFrame(frame)
  const { live } = frame
  if (live === undefined) return true
  quietly(() => say?.(live))
  live.end(endTime)
  return true
}

/** The work is over, its span may still wait. */
export function leaveFrame(frame: Frame): void {
  frame.isOpen = false
  if (frame.child !== undefined) frame.above?.children.delete(frame.child)
}

const spans: WeakMap<Work, ActiveSpan> = new WeakMap()

/** For {@link registerActiveSpanSource}: the span of `work`, where there is one. */
export const activeSpanOf = (work: Work): ActiveSpan | undefined => spans.get(work)

/** `work` as work of `frame`: adds what all of it has. */
export function asWork<Rest extends object>(frame: Frame, rest: Rest): Rest & Work {
  const { live, context, parentContext: around } = frame
  const span: Span = live ?? NOOP_SPAN
  const work = Object.defineProperties(rest, {
    span: { value: span, enumerable: true },
    context: { value: context, enumerable: true },
    capturesContent: { get: () => live?.wantsContent === true, enumerable: true },
    isOpen: { get: () => frame.isOpen, enumerable: true },
    run: {
      value: <T>(fn: () => T): T => (live === undefined ? fn() : runIn(context, fn)),
      enumerable: true,
    },
  }) as Rest & Work
  if (live !== undefined) spans.set(work, { inside: context, parentContext: around })
  return work
}
