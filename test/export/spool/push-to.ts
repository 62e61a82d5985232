import type { Place, Spool } from '../../../src/export/spool/spool.ts'

/** Writes one span by itself. @returns where it is, if it is on disk */
export const pushTo = <Tracker>(
  spool: Spool<Tracker>,
  record: Uint8Array,
  traceInfo?: Uint8Array,
): Place | undefined => spool.push([{ record, traceInfo }])[0]
