import { type AddressInfo, createServer } from 'node:net'
import { type NodeChild, startNode } from '../../support/child.ts'
import { until } from '../../support/until.ts'
import { NEXT_ENV } from './next-app.ts'

/** A server of Next.js that answers. */
export interface NextServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly child: NodeChild
  /** Requests a page, and gives its text. */
  page(path: string): Promise<string>
  /** Sends the form of a page, as a browser without JavaScript does. */
  send(path: string): Promise<void>
  /** Ends it as its operator does, and waits for the end. */
  stop(): Promise<void>
}

/** Starts `program` and waits until it answers. */
export async function startNext(
  program: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<NextServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = startNode(program, {
    cwd,
    args,
    env: { ...NEXT_ENV, PORT: `${port}`, HOSTNAME: '127.0.0.1', ...env },
    timeoutMs: 300_000,
  })
  let ended = false
  void child.result.then(() => {
    ended = true
  })
  const page = async (path: string): Promise<string> => {
    const answer = await fetch(url + path)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}\n${child.stderr()}`)
    return text
  }
  await until(async () => ended || (await fetch(`${url}/api/handed`)).ok || undefined, {
    what: 'the server of Next.js',
    timeoutMs: 120_000,
  })
  if (ended) throw new Error(`The server ended: ${child.stdout()} ${child.stderr()}`)
  return {
    url,
    child,
    page,
    async send(path) {
      const action = /name="(\$ACTION_ID_[0-9a-f]+)"/.exec(await page(path))?.[1]
      if (action === undefined) throw new Error(`${path} has no form with an action`)
      const body = new FormData()
      body.set(action, '')
      const answer = await fetch(url + path, { method: 'POST', body, headers: { origin: url } })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`)
    },
    async stop() {
      child.kill('SIGTERM')
      await child.result
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
