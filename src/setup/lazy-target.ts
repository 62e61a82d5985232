import type { SpanTarget } from '../export/targets/target.ts'
import { messageOf } from '../runtime/errors.ts'

/** A target whose code is loaded when it is first used. */
export function lazyTarget(
  name: string,
  load: () => Promise<SpanTarget>,
  more: Pick<SpanTarget, 'disk' | 'leftovers' | 'handOver' | 'startHelper'> = {},
): SpanTarget {
  let loading: Promise<SpanTarget> | undefined
  let known: SpanTarget | undefined
  const loaded = (): Promise<SpanTarget> => {
    loading ??= load().then((target) => {
      known = target
      return target
    })
    return loading
  }
  const failed = (thrown: unknown) =>
    ({ kind: 'retry', slow: true, reason: `its code could not be loaded (${messageOf(thrown)})` }) as const
  return {
    name,
    ...more,
    encode: (span) => known?.encode?.(span),
    async sendRecords(records, isUrgent) {
      try {
        const target = await loaded()
        return (await target.sendRecords?.(records, isUrgent)) ?? failed('the target accepts no records')
      } catch (thrown) {
        loading = undefined
        return failed(thrown)
      }
    },
    async send(spans, isUrgent) {
      try {
        return await (await loaded()).send(spans, isUrgent)
      } catch (thrown) {
        loading = undefined
        return failed(thrown)
      }
    },
    async sendTraceInfo(traceInfo) {
      try {
        const target = await loaded()
        return (await target.sendTraceInfo?.(traceInfo)) ?? { kind: 'accepted' }
      } catch (thrown) {
        loading = undefined
        return failed(thrown)
      }
    },
    async shutdown() {
      await (await loading?.catch(() => undefined))?.shutdown()
    },
  }
}
