import { useLoaderData } from 'react-router'
import { ask } from '../agent.server.js'

export const loader = async () => ({ answer: await ask() })

// biome-ignore lint/style/noDefaultExport: the form of a route
export default function Home() {
  return <p>{useLoaderData().answer}</p>
}
