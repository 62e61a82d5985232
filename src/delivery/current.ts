import { processWide } from '../runtime/registry.ts'
import { type Counts, NOTHING, type Report } from './counts.ts'
import type { Pipeline } from './pipeline.ts'

interface Slot {
  pipeline: Pipeline | undefined
  counts: Counts | undefined
}

const slot = (): Slot => processWide('current', (): Slot => ({ pipeline: undefined, counts: undefined }))

/** The pipeline that new traces leave through; none when nothing is configured. */
export function currentPipeline(): Pipeline | undefined {
  return slot().pipeline
}

export function setCurrentPipeline(pipeline: Pipeline | undefined, counts?: Counts): void {
  const current = slot()
  current.pipeline = pipeline
  if (counts !== undefined) current.counts = counts
}

/** The books of this process since `init`. */
export function currentCounts(): Counts | undefined {
  return slot().counts
}

/** What became of every span that ended since `init`. Costs nothing and waits for nothing. */
export function stats(): Report {
  return slot().counts?.report() ?? NOTHING
}
