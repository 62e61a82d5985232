// An application as users write it, with nothing in it for the bundler that makes one file of it.
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { RunnableLambda } from '@langchain/core/runnables'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { generateText } from 'ai'
import OpenAI from 'openai'
import { flushTraces, init } from 'turnspan'

init()

const apiKey = 'none'
const address = process.env.BASE_URL
const messages = [{ role: 'user', content: 'hello' }]

async function main() {
  const openai = new OpenAI({ apiKey, baseURL: `${address}/v1` })
  await openai.chat.completions.create({ model: 'gpt-5', messages })
  const anthropic = new Anthropic({ apiKey, baseURL: address })
  await anthropic.messages.create({ model: 'claude', max_tokens: 9, messages })
  const sdk = createOpenAI({ apiKey, baseURL: `${address}/v1` })
  await generateText({ model: sdk.chat('gpt-5'), prompt: 'hello' })
  const genai = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: address } })
  await genai.models.generateContent({ model: 'gemini', contents: 'hello' })
  await RunnableLambda.from((text) => `${text}!`).invoke('hello', { runName: 'shout' })
  await callTool()
  await flushTraces({ timeoutMs: 20_000 })
}

async function callTool() {
  const [near, far] = InMemoryTransport.createLinkedPair()
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('ping', { description: 'Answers.' }, async () => ({
    content: [{ type: 'text', text: 'pong' }],
  }))
  const client = new Client({ name: 'client', version: '1.0.0' })
  await Promise.all([server.connect(far), client.connect(near)])
  await client.callTool({ name: 'ping' })
  await client.close()
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
