import { text, toolArguments, toolResult } from '../payloads.mjs'

const SYSTEM = text(1500)

/**
 * A conversation in which every model call is sent all that was said before: two calls and a tool in each turn. Sent
 * after each turn, for nobody answers within the seconds that tracers wait.
 */
export async function run(open, { turns }) {
  const contender = await open()
  if (contender.unavailable) return contender
  const history = [{ role: 'system', content: SYSTEM }]
  for (let turn = 0; turn < turns; turn += 1) {
    await conversationTurn(contender, turn, history)
    await contender.flush()
  }
  return { spans: turns * 4 }
}

/** Its spans have the places of the same ones in `agentTurn`: agent, model, tool, last model. */
function conversationTurn(contender, turn, history) {
  const question = text(300)
  const call = `call_${turn}`
  const model = async (place, message) => {
    const request = { model: 'gpt-5-mini', temperature: 0.2, messages: [...history] }
    await contender.model(`t${turn}.${place}`, request, async () => ({
      id: `chatcmpl-${turn}-${place}`,
      model: 'gpt-5-mini-2026-02-01',
      choices: [{ index: 0, finish_reason: message.tool_calls ? 'tool_calls' : 'stop', message }],
      usage: { prompt_tokens: 40 * history.length, completion_tokens: 150 },
    }))
    history.push(message)
  }
  return contender.agent(`t${turn}.0`, question, async () => {
    history.push({ role: 'user', content: question })
    const args = toolArguments()
    const asked = { name: 'search', arguments: JSON.stringify(args) }
    await model(1, {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: call, type: 'function', function: asked }],
    })
    const result = await contender.tool(`t${turn}.2`, args, async () => toolResult())
    history.push({ role: 'tool', tool_call_id: call, content: JSON.stringify(result) })
    const answer = { role: 'assistant', content: text(700) }
    await model(7, answer)
    return answer.content
  })
}
