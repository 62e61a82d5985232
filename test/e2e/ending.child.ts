// A program that never flushes: it runs a turn, says its trace ID, and ends.
import { init, updateCurrentTrace, withAgent, withTool } from '../../src/index.ts'

init()
const traceId = await withAgent({ agent: 'ending', input: 'q' }, async (span) => {
  updateCurrentTrace({ metadata: { build: '7' } })
  await withTool({ tool: 'work' }, async () => 'done')
  return span.traceId
})
process.stdout.write(`${traceId}\n`)
