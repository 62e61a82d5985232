import { createHarness } from 'turnspan/harness'
import { askModel, MODEL } from './model.js'

/** The loop of most agents: ask the model, call what it asks for, ask again. */
export function createLoopHarness(callChecked) {
  const harness = createHarness({ name: 'loop', agent: 'support', model: MODEL, provider: 'scripted' })

  async function goOn(turn, messages, approved) {
    for (;;) {
      const call = turn.modelCall({ model: MODEL, input: { messages }, messageFormat: 'openai' })
      const answer = await call.run(() => askModel(messages))
      call.end({ output: answer.message, usage: answer.usage, finishReasons: [answer.finish] })
      messages.push(answer.message)
      const wanted = answer.message.tool_call
      if (wanted === undefined) {
        turn.end({ output: answer.message.content })
        return answer.message.content
      }
      const result = await callChecked(turn, wanted, approved)
      if (result.decision === 'ask') return aside(turn, messages, wanted, result.reason)
      messages.push({ role: 'tool', content: JSON.stringify(result.output ?? `denied: ${result.reason}`) })
    }
  }

  /** The turn waits for a person: all that is needed to go on, as plain JSON. */
  const aside = (turn, messages, call, reason) => ({
    harness: 'loop',
    question: `May I ${call.name}? (${reason})`,
    messages,
    call,
    turn: turn.suspend({ output: reason }),
  })

  return {
    run: ({ input, ...request }) => {
      const turn = harness.turn({ ...request, input })
      return goOn(turn, [{ role: 'user', content: input }])
    },
    async resume({ turn: state, messages, call }) {
      const turn = harness.resume(state, { input: 'approved' })
      const { output } = await callChecked(turn, call, true)
      return goOn(turn, [...messages, { role: 'tool', content: JSON.stringify(output) }], true)
    },
  }
}
