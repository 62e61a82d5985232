import { ask } from '../../lib/ask'

export const dynamic = 'force-dynamic'

async function send() {
  'use server'
  await ask('a server action')
}

export default function Page() {
  return (
    <form action={send}>
      <button type="submit">Send</button>
    </form>
  )
}
