import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { modulesOf } from '../providers/app.ts'
import { assembleApp } from '../support/built.ts'
import { type NodeChild, startNode } from '../support/child.ts'
import { until } from '../support/until.ts'

/** What a function answered. */
export interface Answer {
  readonly kind: 'response' | 'error'
  readonly body: unknown
}

/** A Lambda function in an environment of its own. */
export interface LambdaFunction extends AsyncDisposable {
  /** Thaws the process, lets it answer `event`, and freezes it as soon as it asks for the next one. */
  invoke(event: object): Promise<Answer>
  readonly stderr: () => string
}

interface Waiting {
  readonly response: ServerResponse
}

const FUNCTION_TIMEOUT_MS = 20_000

/**
 * Runs a handler of `lambda/handlers.mjs` as Lambda does: over the Runtime API, in a process that is stopped by
 * SIGSTOP whenever it has nothing to do, so that its timers, sockets and clocks go through what a freeze puts them
 * through.
 */
export async function startLambda(
  handler: string,
  env: Readonly<Record<string, string>>,
): Promise<LambdaFunction> {
  const programs = fileURLToPath(new URL('./lambda', import.meta.url))
  const app = await assembleApp({ modules: await modulesOf('otel-2'), programs: [programs] })
  let waiting: Waiting | undefined
  let answer: Answer | undefined
  const server = createServer((incoming, response) => {
    void read(incoming).then((body) => {
      const path = incoming.url ?? ''
      if (path.endsWith('/invocation/next')) waiting = { response }
      else {
        answer = { kind: path.endsWith('/error') ? 'error' : 'response', body: JSON.parse(body) }
        response.writeHead(202).end('{}')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const child = startNode(app.program('runtime.mjs'), {
    cwd: app.dir,
    args: [handler],
    timeoutMs: 120_000,
    env: {
      ...env,
      AWS_LAMBDA_FUNCTION_NAME: 'agent',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
    },
  })
  /** Nothing more to do: it has asked for the next invocation. */
  const idle = async (): Promise<void> => {
    await until(() => waiting, { what: `the function to be idle (${child.stderr()})`, everyMs: 1 })
    child.kill('SIGSTOP')
    await until(() => isStopped(child), { what: 'the freeze', everyMs: 1 })
  }
  await idle()
  let count = 0
  return {
    stderr: child.stderr,
    async invoke(event) {
      const next = waiting
      waiting = undefined
      answer = undefined
      count += 1
      child.kill('SIGCONT')
      next?.response.writeHead(200, {
        'lambda-runtime-aws-request-id': `request-${count}`,
        'lambda-runtime-deadline-ms': String(Date.now() + FUNCTION_TIMEOUT_MS),
      })
      next?.response.end(JSON.stringify(event))
      await idle()
      if (answer === undefined)
        throw new Error(`The function asked for more without an answer: ${child.stderr()}`)
      return answer
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child.result
      server.closeAllConnections()
      server.close()
      await app.remove()
    },
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk
  return text
}

/** Linux tells whether a process is stopped; elsewhere the signal is believed. */
async function isStopped({ pid }: NodeChild): Promise<true | undefined> {
  if (process.platform !== 'linux') return true
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T') ? true : undefined
}
