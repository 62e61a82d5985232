// A Cloudflare Worker: an agent behind `fetch`, which answers with the books of its isolate.
import { flushTraces, init, stats, withAgent, withTool } from 'turnspan'

// In the global scope, as Workers are written; nothing may be sent and no timer may run there.
const status = init({ captureContent: true })

// biome-ignore lint/style/noDefaultExport: the form of a Worker
export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/stats') return Response.json(stats())
    if (pathname === '/flush')
      return Response.json(await flushTraces({ timeoutMs: Number(searchParams.get('ms') ?? 5000) }))
    const agent = searchParams.get('agent') ?? 'edge'
    const answer = await withAgent({ agent, input: 'how much is 1 + 2?' }, async () =>
      withTool({ tool: 'add', arguments: { a: 1, b: 2 } }, async () => 3),
    )
    return Response.json({ answer, enabled: status.enabled })
  },
}
