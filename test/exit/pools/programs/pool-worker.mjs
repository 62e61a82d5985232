// What Piscina runs in its threads: an agent with a tool, at once or after a moment.
import { flushTraces, init, withAgent, withTool } from 'turnspan'

init({ captureContent: true })
const answer = (n) =>
  withAgent({ agent: `agent ${n}`, input: `question ${n}` }, () =>
    withTool({ tool: `tool ${n}` }, () => n * 2),
  )

export async function task({ n, way }) {
  if (way === 'later') await new Promise((resolve) => setTimeout(resolve, 5))
  const result = answer(n)
  if (way === 'flush') return (await flushTraces()).sent
  return result
}
