import { arrivedContent } from '../span/content/content.ts'
import type { EndedSpan } from '../span/ended-span.ts'

/** `span` that came from another thread. */
export function arrivedSpan(span: EndedSpan): EndedSpan {
  const { agent } = span
  if (agent === undefined) return span
  const { inputs, outputs } = agent
  return {
    ...span,
    agent: {
      ...agent,
      inputs: inputs && arrivedContent(inputs),
      outputs: outputs && arrivedContent(outputs),
    },
  }
}
