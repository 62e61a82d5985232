import { freePort, type ServerProcess, startServerProcess } from '../../support/server-process.ts'
import { type Servers, startServers } from './agent.ts'

/** A program that is a server, with the servers that it needs. */
export interface Served extends AsyncDisposable {
  readonly servers: Servers
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** What it wrote. */
  log(): string
  stop(): ReturnType<ServerProcess['stop']>
}

/** Starts a server that takes its port from `PORT`, and waits until `path` gives an answer, whatever it is. */
export async function serve(what: {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** @defaultValue `'/not-there'` */
  readonly path?: string
}): Promise<Served> {
  const servers = await startServers()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await startServerProcess({
    name: what.args.join(' '),
    command: what.command,
    args: what.args,
    cwd: what.cwd,
    env: { ...servers.env, PORT: String(port), HOST: '127.0.0.1', ...what.env },
    ready: async () => (await fetch(url + (what.path ?? '/not-there'))).status,
  })
  return {
    servers,
    url,
    log: server.log,
    stop: server.stop,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await servers[Symbol.asyncDispose]()
    },
  }
}
