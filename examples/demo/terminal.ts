import { styleText } from 'node:util'

/** The part of OpenTelemetry's ReadableSpan that is shown. */
interface FinishedSpan {
  readonly name: string
  readonly startTime: readonly [seconds: number, nanos: number]
  readonly endTime: readonly [seconds: number, nanos: number]
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: number; readonly message?: string }
  readonly parentSpanContext?: { readonly spanId: string }
  spanContext(): { readonly traceId: string; readonly spanId: string }
}

/** An OpenTelemetry exporter that keeps spans, and draws the traces they make. */
export interface TerminalExporter {
  export(spans: readonly FinishedSpan[], done: (result: { code: number }) => void): void
  shutdown(): Promise<void>
  /** The tree of a trace, one line a span. */
  draw(traceId: string): string
}

const NAME_WIDTH = 26
const DETAIL_WIDTH = 76
const ERROR = 2

/** A place for the spans of this process. Any exporter can stand beside the configured target, or instead of it. */
export function createTerminalExporter(): TerminalExporter {
  const finished: FinishedSpan[] = []
  return {
    export(spans, done) {
      finished.push(...spans)
      done({ code: 0 })
    },
    shutdown: async () => {},
    draw(traceId) {
      const spans = finished
        .filter((span) => span.spanContext().traceId === traceId)
        .sort((a, b) => millis(a.startTime) - millis(b.startTime))
      const below = (parent: string | undefined): FinishedSpan[] =>
        spans.filter((span) => span.parentSpanContext?.spanId === parent)
      const walk = (span: FinishedSpan, branch: string, lead: string): string[] => {
        const children = below(span.spanContext().spanId)
        return [
          line(branch, span),
          ...children.flatMap((child, index) => {
            const last = index === children.length - 1
            return walk(child, `${lead}${last ? '└─ ' : '├─ '}`, `${lead}${last ? '   ' : '│  '}`)
          }),
        ]
      }
      return below(undefined)
        .flatMap((root) => walk(root, '', ''))
        .join('\n')
    },
  }
}

function line(branch: string, span: FinishedSpan): string {
  const failed = span.status.code === ERROR
  const name = `${branch}${span.name}`.padEnd(NAME_WIDTH)
  const type = String(span.attributes['mlflow.spanType']).padEnd(10)
  const time = `${Math.round(millis(span.endTime) - millis(span.startTime))} ms`.padStart(7)
  const said = failed ? `✗ ${span.status.message}` : detail(span)
  return `${name} ${paint('cyan', type)} ${time}   ${paint(failed ? 'red' : 'dim', short(said))}`
}

/** Tokens of a model's call and of a turn, else what went in and came out. */
function detail({ attributes }: FinishedSpan): string {
  const usage = attributes['mlflow.chat.tokenUsage']
  if (typeof usage === 'string') {
    const { input_tokens, output_tokens, cache_read_input_tokens: cached } = JSON.parse(usage)
    return `${input_tokens} → ${output_tokens} tokens${cached ? `, ${cached} cached` : ''}`
  }
  const text = (key: string): string => JSON.stringify(attributes[key] ?? null)
  return `${text('mlflow.spanInputs')} → ${text('mlflow.spanOutputs')}`
}

const short = (text: string): string =>
  text.length > DETAIL_WIDTH ? `${text.slice(0, DETAIL_WIDTH - 1)}…` : text

const millis = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6

/** Colour where somebody looks at it. */
export function paint(style: 'bold' | 'cyan' | 'dim' | 'red', text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text) : text
}
