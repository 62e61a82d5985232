import { diagnose, diagnoseOnce } from '../../runtime/diagnostics.ts'
import { messageOf } from '../../runtime/errors.ts'
import type { SegmentFile } from './folder.ts'

/** What a spool says aloud. */
export interface SpoolDiagnostics {
  off(thrown: unknown, retryMs: number): void
  on(): void
  damaged(path: string, count: number): void
  unknownVersion(path: string): void
  /** What stands at `path` is too long for a segment. */
  tooLong(path: string, bytes: number): void
  dropped(segments: readonly SegmentFile[], reason: DropReason, bounds: Bounds): void
}

/** Why spans on disk are given up. */
export type DropReason = 'spool_expired' | 'spool_full'

interface Bounds {
  readonly maxBytes: number
  readonly maxAgeMs: number
}

const HOUR_MS = 3_600_000

/** @param dir - the spool, and `target` whom it is for, both for the messages */
export function createSpoolDiagnostics(dir: string, target: string): SpoolDiagnostics {
  return {
    off(thrown, retryMs) {
      diagnose(
        'error',
        'TS_SPOOL_OFF',
        `The spool ${dir} cannot be written to: ${messageOf(thrown)}. Until it can, spans wait in memory only, and are lost if the process dies; turnspan tries again every ${retryMs / 1000} s.`,
        { dir, target, error: (thrown as NodeJS.ErrnoException)?.code ?? messageOf(thrown) },
        dir,
      )
    },
    on() {
      diagnose('info', 'TS_SPOOL_ON', `The spool ${dir} can be written to again.`, { dir, target })
    },
    damaged(path, count) {
      diagnose(
        'error',
        'TS_SPOOL_DAMAGED',
        `${count === 1 ? 'A damaged section' : `${count} damaged sections`} of ${path} cannot be read, and the spans in it are lost; all other spans in the file are intact.`,
        { path, count, target },
        dir,
      )
    },
    unknownVersion(path) {
      diagnoseOnce(
        'warn',
        'TS_SPOOL_VERSION',
        `${path} was written by another version of turnspan, which this one cannot read; it is left alone.`,
        { path },
        dir,
      )
    },
    tooLong(path, bytes) {
      diagnoseOnce(
        'warn',
        'TS_SPOOL_DAMAGED',
        `${path} has ${bytes} bytes, more than any file that turnspan writes; it is left alone.`,
        { path, bytes, target },
        path,
      )
    },
    dropped(segments, reason, { maxBytes, maxAgeMs }) {
      const why =
        reason === 'spool_full'
          ? `it holds ${maxBytes} bytes at most. Raise maxBytes of the option "spool"`
          : `they could not be delivered for ${Math.round(maxAgeMs / HOUR_MS)} hours`
      const bytes = segments.reduce((sum, file) => sum + file.bytes, 0)
      diagnose(
        'error',
        'TS_SPOOL_DROPPED',
        `${bytes} bytes of the oldest spans in the spool ${dir} were deleted: ${why}.`,
        { dir, reason, bytes, files: segments.length },
        `${dir} ${reason}`,
      )
    },
  }
}
