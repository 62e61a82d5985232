import { createHarness } from 'turnspan/harness'

/** What a coding agent in a process of its own writes, a line each: it does not show its calls of the model. */
async function* codingAgent() {
  yield { type: 'tool.started', id: 'c1', name: 'shell', arguments: { command: 'npm test' } }
  yield { type: 'tool.started', id: 'c2', name: 'search', arguments: { text: 'expect(2)' } }
  yield { type: 'agent.started', agent: 'reviewer', under: 'c2' }
  yield { type: 'tool.done', id: 'c1', failed: true, output: '1 test failed' }
  yield { type: 'agent.done', agent: 'reviewer', output: 'src/sum.js looks wrong' }
  yield { type: 'tool.done', id: 'c2', output: 'src/sum.js:3' }
  yield { type: 'message', text: 'The sum was off by one.' }
  yield { type: 'usage', usage: { inputTokens: 900, outputTokens: 120, cacheReadInputTokens: 700 } }
}

/** A harness that is only told what happens elsewhere. */
export function createEventHarness() {
  const harness = createHarness({ name: 'events', agent: 'coder', provider: 'scripted' })
  return {
    async run({ input, ...request }) {
      const turn = harness.turn({ ...request, input })
      const agents = new Map()
      let answer = ''
      const tell = {
        'tool.started': ({ id, name, arguments: given }) => turn.tool({ name, callId: id, arguments: given }),
        'tool.done': ({ id, failed, output }) =>
          failed
            ? turn.toolOf(id)?.fail({ type: 'tool_error', message: output })
            : turn.toolOf(id)?.end({ output }),
        'agent.started': ({ agent, under }) =>
          agents.set(agent, (turn.toolOf(under) ?? turn).subAgent({ agent })),
        'agent.done': ({ agent, output }) => agents.get(agent)?.end({ output }),
        message: ({ text }) => {
          answer = text
          turn.end({ output: text, usageFollows: true })
        },
        // The tokens come last, of all calls together.
        usage: ({ usage }) => turn.usage(usage, { model: 'scripted-2' }),
      }
      for await (const event of codingAgent()) tell[event.type](event)
      return answer
    },
  }
}
