import type { WatchdogConfig } from '../config/config.ts'
import { nowMs } from '../runtime/clock.ts'
import { realTime, type Timer, withoutHold } from '../runtime/real-time.ts'
import { processWide } from '../runtime/registry.ts'
import { isLiveSpan } from '../span/is-live-span.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { unfinishedSpan } from '../span/unfinished-span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { type CallStack, callSite, callStack } from './call-site.ts'
import { type OpenSpanFacts, sayOpenAtEnd, sayOverdue } from './open-spans.ts'

interface State {
  readonly watched: Map<Pipeline, WatchdogConfig>
  /** Spans that have been said to be open for too long. */
  readonly said: WeakSet<object>
  /** Spans that were sent because the end came. */
  readonly sentAtEnd: WeakSet<object>
  readonly started: WeakMap<object, CallStack>
  timer: Timer | undefined
}

const state = (): State =>
  processWide(
    'watchdog',
    (): State => ({
      watched: new Map(),
      said: new WeakSet(),
      sentAtEnd: new WeakSet(),
      started: new WeakMap(),
      timer: undefined,
    }),
  )

const MAX_WAIT_MS = 60_000

/**
 * Looks after the spans that are open in `pipeline`.
 *
 * @param began - called for each span that begins, where the configuration asks for more than the default
 */
export function watchOpenSpans(pipeline: Pipeline, began: () => void): void {
  const { watchdog } = pipeline.config
  // A Worker has timers in a request only, and they end with it.
  if (watchdog === undefined || pipeline.config.platform === 'cloudflare') return
  const { watched, started } = state()
  watched.set(pipeline, watchdog)
  if (watchdog.callSites) {
    pipeline.began = (span) => {
      started.set(span, callStack())
      began()
    }
  }
  schedule()
}

export function forgetOpenSpans(pipeline: Pipeline): void {
  const current = state()
  current.watched.delete(pipeline)
  if (current.watched.size > 0) return
  realTime.stop(current.timer)
  current.timer = undefined
}

/** Whether spans are open in `pipeline` whose end the process should not pass over, as the user asked for. */
export function hasOpenSpans({ config, traces }: Pipeline): boolean {
  return config.watchdog?.callSites === true && traces.openCount > 0
}

/** One timer for all: a look now and then costs less than a timer for each span. */
function schedule(): void {
  const current = state()
  const shortest = Math.min(...[...current.watched.values()].map(({ afterMs }) => afterMs))
  realTime.stop(current.timer)
  current.timer = withoutHold(realTime.start(look, Math.min(MAX_WAIT_MS, Math.max(10, shortest / 2))))
}

function look(): void {
  const { watched, said } = state()
  const now = nowMs()
  for (const [pipeline, watchdog] of watched) {
    const { afterMs, exportOpen } = watchdog
    if (pipeline.traces.openCount === 0) continue
    const overdue = openIn(pipeline).filter((span) => now - span.startMs >= afterMs && !said.has(span))
    for (const span of overdue) {
      said.add(span)
      if (exportOpen) pipeline.exporter.exportOpen(unfinishedSpan(span, now))
    }
    sayOverdue(overdue.map(factsAt(now)), watchdog)
  }
  if (watched.size > 0) schedule()
}

/** Spans of `pipeline` that have begun and not ended; those that sampling left out nobody misses. */
function openIn(pipeline: Pipeline): LiveSpan[] {
  return pipeline.traces.openTraces
    .flatMap(({ open }) => open.values())
    .filter((span): span is LiveSpan => isLiveSpan(span) && span.isRecording())
}

const factsAt =
  (now: number) =>
  (span: LiveSpan): OpenSpanFacts => {
    const call = state().started.get(span)
    const { name, traceId, spanId } = span
    return {
      name,
      traceId,
      spanId,
      openMs: Math.round(now - span.startMs),
      startedAt: call ? callSite(call) : [],
    }
  }

/** The event loop is about to end, or `shutdown()` was called: sends what is open, where that is wanted. */
export function sendOpenSpans(pipeline: Pipeline): void {
  if (pipeline.config.watchdog?.exportOpen !== true) return
  const { sentAtEnd } = state()
  const now = nowMs()
  for (const span of openIn(pipeline)) {
    if (sentAtEnd.has(span)) continue
    sentAtEnd.add(span)
    pipeline.exporter.exportOpen(unfinishedSpan(span, now))
  }
}

/** The end is here: says what is open, once it was sent where that is wanted. @param end - what has come to an end */
export function leaveOpenSpans(pipelines: readonly Pipeline[], end: string): void {
  for (const pipeline of pipelines) {
    const { watchdog } = pipeline.config
    if (watchdog === undefined || pipeline.traces.openCount === 0) continue
    sendOpenSpans(pipeline)
    sayOpenAtEnd(openIn(pipeline).map(factsAt(nowMs())), end, watchdog)
  }
}
