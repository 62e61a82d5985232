import { after } from 'next/server'
import { withAgent, withTool } from 'turnspan'
import { ask } from '../../../lib/ask'

export const dynamic = 'force-dynamic'

export async function GET() {
  after(() => withTool({ tool: 'remember', arguments: {} }, () => 'done'))
  const text = await withAgent({ agent: 'support', input: 'hello' }, () => ask('an agent'))
  return new Response(text)
}
