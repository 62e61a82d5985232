// The AI SDK with one tool, which the archive answers.
import { openai } from '@ai-sdk/openai'
import { generateText, stepCountIs, tool } from 'ai'
import * as z from 'zod'

export async function research(archive, question, plan) {
  const { text } = await generateText({
    model: openai.chat('gpt-4o-mini'),
    prompt: `${question}\nThe plan: ${plan}`,
    stopWhen: stepCountIs(4),
    tools: {
      ask_archive: tool({
        description: 'Asks the archive of the newspaper',
        inputSchema: z.object({ question: z.string() }),
        async execute(args) {
          const { content } = await archive.callTool({ name: 'ask_archive', arguments: args })
          return content.map((part) => part.text).join('\n')
        },
      }),
    },
  })
  return text
}
