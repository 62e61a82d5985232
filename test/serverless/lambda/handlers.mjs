// Handlers of a Lambda function: the same agent, with and without `withFlush`.
import { init, withAgent, withFlush, withTool } from 'turnspan'

init()

async function turn({ id, fail }) {
  return withAgent({ agent: `turn-${id}` }, async () => {
    await withTool({ tool: 'look' }, async () => 1)
    if (fail) throw new Error('the agent failed')
    return { id }
  })
}

export const flushed = withFlush(turn, { timeoutMs: 3000 })
export const bare = turn
