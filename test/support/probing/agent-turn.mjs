// One turn of an agent that asks for the weather, runs the tool that the model calls, and streams the answer to MLflow's reader.
import { flushTraces, init, withAgent, withTool } from 'turnspan'

/**
 * @param ask - asks the model: gets the address and the history in OpenAI's form, gives the call of the tool
 * @param tell - the same with the tool's result, as a stream: gives what was said
 */
export async function runTurn({ ask, tell }) {
  const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
  const status = init({ trackingUri, experimentName, captureContent: true })
  const address = (script) => `${provider}/${script}/agent-${responseId}-${script}`
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'How is the weather?' },
  ]
  const turn = { agent: 'weather', responseId, sessionId: 's-clients', user: 'u-1' }
  const answer = await withAgent(turn, async (agent) => {
    agent.setInputs({ messages })
    const { id, name, city } = await ask(address('tool'), messages)
    const result = await withTool(
      { tool: name, arguments: { city }, callId: id },
      async () => `sunny in ${city}`,
    )
    const called = { id, type: 'function', function: { name, arguments: JSON.stringify({ city }) } }
    return tell(address('hello'), [
      ...messages,
      { role: 'assistant', content: '', toolCalls: [called] },
      { role: 'tool', toolCallId: id, content: result },
    ])
  })
  const report = await flushTraces({ timeoutMs: 40_000 })
  process.stdout.write(JSON.stringify({ status, answer, report }))
}

export const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
  },
]

/** The history under the names that OpenAI's API has. */
export const asSent = (messages) =>
  messages.map(({ toolCalls, toolCallId, ...message }) => ({
    ...message,
    ...(toolCalls && { tool_calls: toolCalls }),
    ...(toolCallId && { tool_call_id: toolCallId }),
  }))

/** The call of the tool in an answer of OpenAI's form. */
export const callIn = ({ choices }) => {
  const [call] = choices[0].message.tool_calls ?? choices[0].message.toolCalls
  const given = call.function.arguments
  return { id: call.id, name: call.function.name, ...(typeof given === 'string' ? JSON.parse(given) : given) }
}
