import { ask } from 'the-question'

export const dynamic = 'force-dynamic'

export async function GET() {
  return new Response(await ask(`a route handler: ${process.env.OWN}`))
}
