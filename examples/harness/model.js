export const MODEL = 'scripted-1'

const asks = (name) => ({ id: `call_${name}`, name, arguments: { order: 17 } })

/** A model that knows four sentences. */
export async function askModel(messages) {
  const [{ content: question }] = messages
  const last = messages.at(-1)
  const usage = { inputTokens: 20 * messages.length, outputTokens: 8 }
  const says = (content) => ({ message: { role: 'assistant', content }, usage, finish: 'stop' })
  const calls = (name) => ({
    message: { role: 'assistant', content: '', tool_call: asks(name) },
    usage,
    finish: 'tool_calls',
  })
  if (last.role !== 'tool') {
    if (question.startsWith('Delete')) return calls('delete_order')
    return calls(question.startsWith('Refund') ? 'refund' : 'find_order')
  }
  if (last.content.includes('denied')) return says('I may not do that.')
  return says(last.content.includes('refunded') ? 'The money is on its way.' : 'It was shipped.')
}
