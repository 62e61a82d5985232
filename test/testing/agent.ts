import { setTimeout as sleep } from 'node:timers/promises'
import { SpanType, updateCurrentTrace, withAgent, withSpan, withTool } from '../../src/index.ts'

export { sleep }

/** One turn with two tools, one after the other, and a model call. */
export function book(city: string): Promise<string> {
  const turn = {
    agent: 'travel',
    model: 'gpt-5',
    provider: 'openai',
    input: `Go to ${city}`,
    sessionId: 's-1',
  }
  return withAgent(turn, async () => {
    updateCurrentTrace({ user: 'u-1', tags: { domain: 'travel' }, metadata: { version: '1.2.0' } })
    const found = await withTool({ tool: 'search', arguments: { city, limit: 3 } }, async () => ['UA 1'])
    await withTool({ tool: 'book', arguments: { flight: found[0] } }, async () => ({ booked: true }))
    return chat(`Booked a flight to ${city}`)
  })
}

export function chat(answer: string): Promise<string> {
  return withSpan(
    async (span) => {
      span.setModel('gpt-5', 'openai')
      span.setTokenUsage({ inputTokens: 120, outputTokens: 30 })
      return answer
    },
    { name: 'chat', spanType: SpanType.CHAT_MODEL },
  )
}

/** Tools that run at the same time and end in the order of their delays. */
export function compare(delays: Record<string, number>): Promise<string[]> {
  return withAgent({ agent: 'compare' }, () =>
    Promise.all(
      Object.entries(delays).map(([tool, ms]) =>
        withTool({ tool }, async () => {
          await sleep(ms)
          return tool
        }),
      ),
    ),
  )
}
