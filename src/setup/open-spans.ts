import type { WatchdogConfig } from '../config/config.ts'
import { diagnose } from '../runtime/diagnostics.ts'

/** What is said of a span that is open. */
export interface OpenSpanFacts {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly openMs: number
  /** Frames of the application, the innermost first; none where starts are not remembered. */
  readonly startedAt: readonly string[]
}

const MAX_NAMED = 3
const MAX_IN_DATA = 50

const HOW_TO_END =
  'The code that started them has to call end(), preferably in a finally block; withSpan, trace and withTool do so by themselves'

/** One line about the spans that have been open for too long. */
export function sayOverdue(spans: readonly OpenSpanFacts[], config: WatchdogConfig): void {
  if (spans.length === 0) return
  const sent = config.exportOpen ? ', and sent as still running' : ''
  diagnose(
    'warn',
    'TS_SPAN_NOT_ENDED',
    `${counted(spans.length, 'has', 'have')} been open for more than ${inWords(config.afterMs)}${sent}: ` +
      `${list(spans)}. A span is sent when it ends. ${HOW_TO_END}.${hint(config)}`,
    data(spans),
  )
}

/** One line about the spans that are open when there is no more time for them. @param end - what has come to an end */
export function sayOpenAtEnd(spans: readonly OpenSpanFacts[], end: string, config: WatchdogConfig): void {
  if (spans.length === 0) return
  const sent = config.exportOpen ? 'was sent as still running' : 'was not sent: a span is sent when it ends'
  diagnose(
    'warn',
    'TS_SPANS_OPEN',
    `${counted(spans.length, 'was', 'were')} open when ${end}, and ${spans.length === 1 ? sent : sent.replace('was', 'were')}. ` +
      `${upper(list(spans))}.${config.exportOpen ? '' : ' With the watchdog option exportOpen, open spans are sent as they are.'}`,
    data(spans),
  )
}

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? `span ${one}` : `spans ${many}`}`

const data = (spans: readonly OpenSpanFacts[]): Readonly<Record<string, unknown>> => ({
  count: spans.length,
  spans: spans.slice(0, MAX_IN_DATA),
})

const hint = ({ callSites }: WatchdogConfig): string =>
  callSites ? '' : ' Set TURNSPAN_WATCHDOG=true to see where they were started.'

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The oldest by name, and how many more there are. */
function list(spans: readonly OpenSpanFacts[]): string {
  const oldest = [...spans].sort((a, b) => b.openMs - a.openMs)
  const shown = oldest.slice(0, MAX_NAMED).map(one)
  const more = spans.length - shown.length
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ')
}

function one({ name, traceId, openMs, startedAt }: OpenSpanFacts): string {
  const [where] = startedAt
  const started = where === undefined ? '' : `, started at ${where}`
  return `"${name.slice(0, 80)}" of trace ${traceId}, open for ${inWords(openMs)}${started}`
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return `${Math.round(ms)} ms`
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
