import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { ChatChunk, ChatRequest, ChatUsage } from './openai.ts'
import { type Reply, replyTo } from './script.ts'

/** A model that runs on this machine. */
export interface ModelServer {
  /** Base URL, in the form that an OpenAI client takes. */
  readonly url: string
  stop(): Promise<void>
}

/** Starts a server that speaks OpenAI's streaming chat completions and follows a script instead of thinking. */
export async function startModelServer(): Promise<ModelServer> {
  let completions = 0
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      response.writeHead(404).end()
      return
    }
    const chat = (await json(request)) as ChatRequest
    completions += 1
    await stream(response, chat, `chatcmpl-${completions}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function stream(response: ServerResponse, chat: ChatRequest, id: string): Promise<void> {
  const reply = replyTo(chat.messages)
  const send = (chunk: Omit<ChatChunk, 'id' | 'model'>): void => {
    response.write(`data: ${JSON.stringify({ id, model: chat.model, ...chunk })}\n\n`)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  await pause(70)
  if ('calls' in reply) {
    const tool_calls = reply.calls.map(({ name, arguments: args }, index) => ({
      id: `call_${id}_${index}`,
      type: 'function' as const,
      function: { name, arguments: JSON.stringify(args) },
    }))
    send({ choices: [{ delta: { tool_calls }, finish_reason: 'tool_calls' }] })
  } else {
    for (const word of reply.text.match(/\S+\s*/g) ?? []) {
      send({ choices: [{ delta: { content: word }, finish_reason: null }] })
      await pause(12)
    }
    send({ choices: [{ delta: {}, finish_reason: 'stop' }] })
  }
  send({ choices: [], usage: usageOf(chat, reply) })
  response.end('data: [DONE]\n\n')
}

/** About four characters a token; what came before the newest message was in the prompt of the call before. */
function usageOf(chat: ChatRequest, reply: Reply): ChatUsage {
  const tokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4)
  const prompt_tokens = tokens(chat.messages) + tokens(chat.tools)
  const completion_tokens = tokens(reply)
  const cached_tokens = chat.messages.length > 2 ? tokens(chat.messages.slice(0, -1)) : 0
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
