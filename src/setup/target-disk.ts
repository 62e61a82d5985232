import { join } from 'node:path'
import type { Config, TargetConfig } from '../config/config.ts'
import { hasSegments } from '../export/spool/folder.ts'
import { leaveBehind } from '../export/spool/leave.ts'
import { MAX_AGE_MS, Spool } from '../export/spool/spool.ts'
import { targetKey } from '../export/spool/target-key.ts'
import { exportOptions } from '../export/targets/export-options.ts'
import type { SpanTarget, TargetDisk, TargetLeftovers } from '../export/targets/target.ts'
import { encodeRecord } from '../otlp/request.ts'
import { realTime, withoutHold } from '../runtime/real-time.ts'
import type { Attributes } from '../span/attributes.ts'

export interface TargetDiskParts {
  readonly config: Config
  readonly target: TargetConfig
  readonly resource: () => Attributes
  /** Whether the receiver is an MLflow server, as far as is known. */
  readonly isMlflow: () => boolean
  /** Whether that is certain. */
  readonly isFinal: () => boolean
}

/** Where they are kept on disk, and for whom. */
type Whose = NonNullable<Config['spool'] | Config['leftovers']> & {
  readonly key: string
  readonly target: string
}

/** How spans for `target` are kept on disk: until they are delivered, or what is left at the end, or not at all. */
export function targetDisk({
  config,
  target,
  resource,
  isMlflow,
  isFinal,
}: TargetDiskParts): Pick<SpanTarget, 'disk' | 'leftovers'> {
  const place = config.spool ?? config.leftovers
  if (place === undefined) return {}
  let key: string | undefined
  const whose = (): Whose => {
    // To make it takes Node's crypto library, which takes a tenth of the time of starting.
    key ??= targetKey(target, config.serviceName)
    return { ...place, key, target: target.endpoint }
  }
  const disk: TargetDisk = {
    isFinal,
    encode: (span) => encodeRecord(span, resource(), exportOptions(config, isMlflow())),
    open: (events) => new Spool({ ...events, ...whose() }),
  }
  if (config.spool !== undefined) return { disk }
  const leftovers: TargetLeftovers = {
    ...disk,
    dir: place.dir,
    exist: () => hasSegments(join(place.dir, whose().key)),
    soon: (work) => void withoutHold(realTime.start(work, 0)),
    keep: (records) => leaveBehind({ ...whose(), maxAgeMs: MAX_AGE_MS }, records),
  }
  return { leftovers }
}
