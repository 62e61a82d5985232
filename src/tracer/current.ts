import { type ExportStatistics, NOTHING, type Report } from '../export/statistics/export-statistics.ts'
import { processWide } from '../runtime/registry.ts'
import type { Pipeline } from './pipeline.ts'

/** A pipeline with its statistics. */
interface Tracing {
  readonly pipeline: Pipeline | undefined
  readonly statistics: ExportStatistics | undefined
}

interface Slot {
  /** What is in use: the topmost overlay, else what was configured. */
  top: Tracing
  configured: Tracing
  readonly overlays: Tracing[]
}

const NONE: Tracing = { pipeline: undefined, statistics: undefined }

// The slot never changes once it is made, and every traced call asks for it.
let known: Slot | undefined

function slot(): Slot {
  known ??= processWide('current', (): Slot => ({ top: NONE, configured: NONE, overlays: [] }))
  return known
}

function settleTop(current: Slot): void {
  current.top = current.overlays.at(-1) ?? current.configured
}

/** The pipeline that new traces leave through; none when nothing is configured. */
export function currentPipeline(): Pipeline | undefined {
  return slot().top.pipeline
}

/** The current pipeline, where it takes the spans of other libraries. */
export function sharedPipeline(): Pipeline | undefined {
  const pipeline = currentPipeline()
  return pipeline?.config.provider === 'shared' ? pipeline : undefined
}

/** The pipeline that `init` made, also while another one lies over it. */
export function configuredPipeline(): Pipeline | undefined {
  return slot().configured.pipeline
}

export function setCurrentPipeline(pipeline: Pipeline | undefined, statistics?: ExportStatistics): void {
  const current = slot()
  current.configured = { pipeline, statistics: statistics ?? current.configured.statistics }
  settleTop(current)
}

/**
 * Lays `pipeline` over whatever is configured now or later: a test hears every trace, even when the code under test
 * calls `init` itself.
 *
 * @returns takes it away again, whichever overlays came after it
 */
export function pushOverride(pipeline: Pipeline, statistics: ExportStatistics): () => void {
  const current = slot()
  const place: Tracing = { pipeline, statistics: statistics }
  current.overlays.push(place)
  settleTop(current)
  return () => {
    const index = current.overlays.indexOf(place)
    if (index >= 0) current.overlays.splice(index, 1)
    settleTop(current)
  }
}

/** The export statistics of this process since `init`. */
export function currentStatistics(): ExportStatistics | undefined {
  return slot().configured.statistics
}

/** The outcomes of all spans that have ended since `init`, as counts. The call is cheap and does not wait. */
export function stats(): Report {
  return slot().top.statistics?.report() ?? NOTHING
}
