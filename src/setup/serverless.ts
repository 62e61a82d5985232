import { setTimeout as sleep } from 'node:timers/promises'
import type { Pipeline } from '../delivery/pipeline.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import { currentWaitUntil } from './platform.ts'

const FLUSH_MS = 10_000

/**
 * On a platform that freezes the process between requests, sends the spans of a request when the last of them has
 * ended, in the time that the platform gives for work after the answer. Timers are of no use there: they may fire
 * hours later, or never.
 */
export function flushAfterRequests(pipeline: Pipeline): void {
  const { platform } = pipeline.config
  if (platform === undefined) return
  const { ended, foreignEnded } = pipeline
  const done = (trace: TraceRecord | undefined): void => {
    if (trace === undefined || hasOwnOpen(trace)) return
    if (platform === 'lambda') void soon(pipeline)
    else keepRequest(platform === 'cloudflare' ? outliving(pipeline) : soon(pipeline))
  }
  pipeline.ended = (span) => {
    ended(span)
    done(span.trace)
  }
  pipeline.foreignEnded = (span) => {
    foreignEnded(span)
    done(pipeline.traces.find(span.spanContext().traceId))
  }
}

/** Whether work of ours goes on in `trace`; spans of a server around it may stay open until after the answer. */
function hasOwnOpen({ open }: TraceRecord): boolean {
  for (const span of open.values()) if (!span.foreign) return true
  return false
}

/** What ends in the same moment goes into the same request. */
const soon = (pipeline: Pipeline): Promise<void> => Promise.resolve().then(() => pipeline.flush(FLUSH_MS))

/**
 * Like {@link soon}, until no request of ours is on its way any more: on Cloudflare it would never be answered once
 * the request to which it belongs is over, and whatever is sent later waits for it.
 */
async function outliving(pipeline: Pipeline): Promise<void> {
  await soon(pipeline)
  const longest = Math.max(0, ...pipeline.config.targets.map(({ timeoutMs }) => timeoutMs))
  if (pipeline.unsent() > 0) await sleep(longest)
}

function keepRequest(work: Promise<unknown>): void {
  try {
    currentWaitUntil()?.(work)
  } catch {
    // Outside of a request. The work goes on as far as the platform lets it.
  }
}
