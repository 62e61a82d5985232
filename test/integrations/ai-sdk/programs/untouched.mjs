// An application that knows nothing of turnspan.
import { createOpenAI } from '@ai-sdk/openai'
import { Experimental_Agent as Agent } from 'ai'

const agent = new Agent({
  id: 'greeter',
  model: createOpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL }).chat('gpt-4o'),
})
const { text } = await agent.generate({ prompt: 'Hi!' })
process.stdout.write(text)
