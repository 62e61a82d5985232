import { ask } from '../../lib/ask'

export const dynamic = 'force-dynamic'

export default async function Page() {
  return <p>{await ask('a server component')}</p>
}
