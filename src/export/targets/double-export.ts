import type { Config, TargetConfig } from '../../config/config.ts'
import { diagnoseOnce } from '../../runtime/diagnostics.ts'
import { readProperty } from '../../runtime/read-property.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { ExportOptions } from '../../span/semconv/span-attributes.ts'

// An application whose own SDK exports to where turnspan sends as well would have each span there twice. Its parts are
// read structurally, as SDK 1.30, 2.x and 3.x have them; what cannot be read is left as it is.

/** The two that hand on every span that was sampled; one of another name may choose among them. */
const PROCESSOR = /^_?(?:Batch|Simple)SpanProcessor\d*$/
const EXPORTER = /^_?OTLPTraceExporter\d*$/
/** From an exporter to its parameters: its delegate, a transport that retries, and the one that sends. */
const MAX_DEPTH = 4

/** Endpoints of targets of `config` to which the application's own exporters send `span`, whose provider is its own. */
export function exportedTo(span: object, config: Config): readonly string[] {
  // MLflow keeps one span of each ID, and reads ours better.
  const ours = config.targets.filter(({ isMlflow }) => isMlflow !== 'yes')
  if (ours.length === 0) return NOWHERE
  const sent = processorsOf(span).flatMap((processor) => doublesOf(processor, ours))
  if (sent.length === 0) return NOWHERE
  const endpoints = sent.map(({ endpoint }) => endpoint)
  say(endpoints)
  return endpoints
}

const NOWHERE: readonly string[] = []

/**
 * Keeps `mirror`, which stands for a span of ours in the application's provider, from exporters that send to a target of
 * `config`: ours is sent there with more to it.
 */
export function keepFromDoubles(mirror: object, config: Config): void {
  const all = readProperty(mirror, '_spanProcessor')
  const several = readProperty(all, '_spanProcessors')
  const count = Array.isArray(several) ? several.length : 1
  const isKnown =
    free?.all === all && free?.several === several && free?.count === count && free?.config === config
  if (isKnown) return
  if (!hidesFromDoubles(mirror, config)) free = { all, several, count, config }
}

/** The processors of a span among which there was none to keep it from: those of its provider, which all its spans have. */
interface Free {
  readonly all: unknown
  readonly several: unknown
  readonly count: number
  readonly config: Config
}

let free: Free | undefined

/** @returns whether there was something to hide `mirror` from */
function hidesFromDoubles(mirror: object, config: Config): boolean {
  const isDouble = (processor: object): boolean => doublesOf(processor, config.targets).length > 0
  if (!processorsOf(mirror).some(isDouble)) return false
  say(processorsOf(mirror).flatMap((each) => doublesOf(each, config.targets).map(({ endpoint }) => endpoint)))
  const all = readProperty(mirror, '_spanProcessor') as object
  // This span alone has it; the application's own spans go their way.
  Object.defineProperty(mirror, '_spanProcessor', {
    configurable: true,
    writable: true,
    value: Object.create(all, {
      onEnd: {
        value: (span: object) => {
          for (const processor of processorsIn(all)) if (!isDouble(processor)) processor.onEnd(span)
        },
      },
    }),
  })
  return true
}

interface Processor {
  onEnd(span: object): void
}

const processorsOf = (span: object): readonly Processor[] =>
  processorsIn(readProperty(span, '_spanProcessor'))

function processorsIn(active: unknown): readonly Processor[] {
  const several = readProperty(active, '_spanProcessors')
  if (Array.isArray(several)) return several as Processor[]
  return typeof active === 'object' && active !== null ? [active as Processor] : []
}

function doublesOf(processor: object, targets: readonly TargetConfig[]): readonly TargetConfig[] {
  const place = placeOf(processor)
  return place === undefined ? [] : targets.filter(({ endpoint }) => normalized(endpoint) === place)
}

const places = new WeakMap<object, string | undefined>()

/** Where that processor's exporter sends. */
function placeOf(processor: object): string | undefined {
  if (!places.has(processor)) places.set(processor, findPlace(processor))
  return places.get(processor)
}

function findPlace(processor: object): string | undefined {
  const exporter = readProperty(processor, '_exporter')
  if (!PROCESSOR.test(classOf(processor)) || !EXPORTER.test(classOf(exporter))) return undefined
  let at: unknown = readProperty(exporter, '_delegate')
  for (let depth = 0; depth < MAX_DEPTH && at !== undefined; depth += 1) {
    const parameters = readProperty(at, '_parameters')
    const address = readProperty(parameters, 'url') ?? readProperty(parameters, 'address')
    if (typeof address === 'string') return normalized(address)
    at = readProperty(at, '_transport')
  }
  return undefined
}

const classOf = (value: unknown): string => String(readProperty(readProperty(value, 'constructor'), 'name'))

/** One text for all ways to write an address; gRPC's have no scheme. */
function normalized(address: string): string | undefined {
  try {
    const { protocol, hostname, port, pathname } = new URL(
      /^https?:/.test(address) ? address : `http://${address}`,
    )
    const host = /^(?:127\.0\.0\.1|\[::1\])$/.test(hostname) ? 'localhost' : hostname
    return `${host}:${port || (protocol === 'https:' ? '443' : '80')}${pathname.replace(/\/+$/, '')}`
  } catch {
    return undefined
  }
}

/** `spans` without those that the application's own exporter sends to `target`; MLflow takes a span twice as one. */
export const toSend = (
  spans: readonly EndedSpan[],
  { endpoint }: TargetConfig,
  { mlflow }: ExportOptions,
): readonly EndedSpan[] =>
  mlflow ? spans : spans.filter(({ exportedTo }) => !exportedTo?.includes(endpoint))

function say(endpoints: readonly string[]): void {
  const endpoint = endpoints[0] ?? ''
  diagnoseOnce(
    'warn',
    'TS_DOUBLE_EXPORT',
    `The application's own exporter sends its spans to ${endpoint}, to which turnspan sends as well. So that no span arrives twice, ` +
      "that exporter sends the application's spans, and turnspan sends only its own. Remove that exporter to have turnspan send all spans, or give one of the two another endpoint.",
    { endpoint },
    endpoint,
  )
}
