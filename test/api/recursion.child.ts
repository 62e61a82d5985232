import { startSpan, stats, trace, withActiveSpan, withAgent, withSpan, withTool } from '../../src/index.ts'
import { isLiveSpan } from '../../src/span/is-live-span.ts'
import { captureTraces } from '../../src/testing/index.ts'

type Step = () => number

/** How a recursion can go through turnspan at each level. */
const ways: Record<string, (f: Step) => Step> = {
  none: (f) => () => f(),
  trace: (f) => trace(() => f()),
  'trace of a function': (f) =>
    trace(function g() {
      return f()
    }),
  withSpan: (f) => () => withSpan(() => f()),
  withAgent: (f) => () => withAgent({ agent: 'a' }, () => f()),
  withTool: (f) => () => withTool({ tool: 't', arguments: { a: 1 } }, () => f()),
}

/** How deep it goes until the stack is at its end. */
function depthOf(make: (f: Step) => Step): number {
  let depth = 0
  const f: Step = make(() => {
    depth += 1
    return f()
  })
  try {
    f()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return depth
}

const results: Record<string, unknown> = {}
for (const [name, make] of Object.entries(ways)) {
  const traces = captureTraces({ captureContent: false })
  const root = startSpan({ name: 'root', parent: null })
  const depth = depthOf(make)
  withActiveSpan(root, () => {
    // The end of the stack comes at another place of ours each time.
    const descend = (left: number): number => (left > 0 ? descend(left - 1) : depthOf(make))
    for (let shift = 0; shift < 12; shift += 1) descend(shift)
  })
  root.end()
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5))
  const open = isLiveSpan(root) ? root.trace.open.size : undefined
  const { settled } = traces
  await settled()
  const some = traces.spans.length > 1
  results[name] = { depth, open, queued: stats().queued, some }
  traces.stop()
}
process.stdout.write(JSON.stringify(results))
