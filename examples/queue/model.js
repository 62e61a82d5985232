import { SpanType, withSpan } from 'turnspan'

/** Stands for a model; with a real client, the span is made automatically. */
export const askModel = (question, usage) =>
  withSpan(
    async (span) => {
      span.setModel('scripted-1', 'example')
      span.setTokenUsage(usage)
      return `I have thought about: ${question}`
    },
    { name: 'chat', spanType: SpanType.CHAT_MODEL, inputs: { question } },
  )
