import type { EndedSpan } from '../span/ended-span.ts'
import { arrivedSnapshot } from '../span/snapshot/snapshot.ts'

/** `span` that came from another thread. */
export function arrivedSpan(span: EndedSpan): EndedSpan {
  const { agent } = span
  if (agent === undefined) return span
  const { inputs, outputs } = agent
  return {
    ...span,
    agent: {
      ...agent,
      inputs: inputs && arrivedSnapshot(inputs),
      outputs: outputs && arrivedSnapshot(outputs),
    },
  }
}
