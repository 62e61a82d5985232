import { testGiven } from '../../support/given.ts'
import { fixture, library, programs } from './matrix.ts'

/** Role and first text of each message: of Converse, and of what is recorded, which has its blocks in another form. */
const messagesOf = (value: unknown): unknown => {
  type Content = string | readonly { readonly text?: string }[]
  const { messages } = value as { messages?: readonly { role: string; content: Content }[] }
  return messages?.map(({ role, content }) => [
    role,
    typeof content === 'string' ? content : content[0]?.text,
  ])
}

testGiven({
  library,
  programs,
  fixture,
  ways: [{ set: 'bedrock-3', node: 22, modules: 'esm', order: 'after' }],
  recorded: { probes: (name) => !/throwing|command/.test(name), compared: messagesOf },
})
