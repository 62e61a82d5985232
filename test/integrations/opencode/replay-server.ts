import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of OpenCode as far as turns go, which tells what a real one (1.18.33) has told. */
export interface ReplayServer extends AsyncDisposable {
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[]
  /** Lets all streams of events have one. */
  emit(event: object): void
}

/** How it behaves. */
export interface ReplayOptions {
  /** `fails`: it does not tell messages; `hangs`: it never answers when it is asked for them. */
  readonly messages?: 'fails' | 'hangs'
  /** The tool says that another agent worked in a session, of which nothing is ever told. */
  readonly subAgent?: boolean
  /** How many turns of the session there are. */
  readonly turns?: number
}

const TOKENS = { total: 50, input: 24, output: 10, reasoning: 0, cache: { write: 0, read: 16 } }
const CALL = { id: 'prt_1', type: 'tool', tool: 'bash', callID: 'call_1' }

/** The messages of a session of one turn, which begins at `at`. */
export function messagesOf(sessionID: string, at: number, { subAgent = false, turn = 1 } = {}): object[] {
  const id = `msg_${turn}`
  const user = { id, role: 'user', sessionID, time: { created: at }, agent: 'build' }
  const reply = {
    parentID: id,
    role: 'assistant',
    agent: 'build',
    sessionID,
    cost: 0.25,
    tokens: TOKENS,
  }
  const model = { modelID: 'gpt-4o', providerID: 'openai' }
  const state = {
    status: 'completed',
    input: { command: 'echo hello' },
    output: 'hello\n',
    title: 'echo hello',
    metadata: { output: 'hello\n', exit: 0, ...(subAgent && { sessionId: 'ses_silent' }) },
    time: { start: at + 30, end: at + 50 },
  }
  const first = { ...reply, ...model, id: `${id}_a`, finish: 'tool-calls' }
  const last = { ...reply, ...model, id: `${id}_b`, finish: 'stop' }
  return [
    { info: user, parts: [{ type: 'text', text: 'Say hello.' }] },
    { info: { ...first, time: { created: at + 10, completed: at + 55 } }, parts: [{ ...CALL, state }] },
    {
      info: { ...last, time: { created: at + 60, completed: at + 90 } },
      parts: [{ type: 'text', text: 'It says hello.', time: { start: at + 80, end: at + 85 } }],
    },
  ]
}

export async function startReplayServer({
  messages,
  subAgent,
  turns = 1,
}: ReplayOptions = {}): Promise<ReplayServer> {
  const asked: string[] = []
  const streams = new Set<ServerResponse>()
  const begun = new Map<string, number>()
  const told = (session: string): object[] =>
    Array.from({ length: turns }, (_, index) =>
      messagesOf(session, (begun.get(session) ?? 0) + index * 100, { subAgent, turn: index + 1 }),
    ).flat()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    asked.push(`${request.method} ${path}`)
    const answer = (status: number, body?: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(body === undefined ? undefined : JSON.stringify(body))
    }
    const session = /^\/session\/(\w+)\//.exec(path)?.[1] ?? ''
    if (path === '/event') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"type":"server.connected","properties":{}}\n\n')
      streams.add(response)
    } else if (request.method === 'POST') {
      begun.set(session, Date.now())
      if (path.endsWith('/prompt_async')) answer(204)
      else answer(200, told(session).at(-1))
    } else if (messages === 'fails') answer(500, { name: 'UnknownError', data: { message: 'no' } })
    else if (messages === undefined && session !== 'ses_silent') answer(200, told(session))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    emit(event) {
      for (const stream of streams) stream.write(`data: ${JSON.stringify(event)}\n\n`)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
