import type { Config, TargetConfig } from '../config/config.ts'
import { createSpool } from '../delivery/spool/spool.ts'
import { targetKey } from '../delivery/spool/target-key.ts'
import type { TargetDisk } from '../delivery/target.ts'
import { wireOptions } from '../delivery/wire-options.ts'
import type { Attributes } from '../span/ended-span.ts'
import { encodeRecord } from '../span/otlp/request.ts'

export interface TargetDiskParts {
  readonly config: Config
  readonly target: TargetConfig
  readonly resource: () => Attributes
  /** Whether the receiver is an MLflow server, as far as is known. */
  readonly isMlflow: () => boolean
  /** Whether that is certain. */
  readonly isFinal: () => boolean
}

/** How spans for `target` are kept on disk; `undefined` where that is not wanted. */
export function targetDisk({
  config,
  target,
  resource,
  isMlflow,
  isFinal,
}: TargetDiskParts): TargetDisk | undefined {
  const { spool } = config
  if (spool === undefined) return undefined
  return {
    isFinal,
    encode: (span) => encodeRecord(span, resource(), wireOptions(config, isMlflow())),
    open: (events) =>
      createSpool({
        ...events,
        ...spool,
        key: targetKey(target, config.serviceName),
        target: target.endpoint,
      }),
  }
}
