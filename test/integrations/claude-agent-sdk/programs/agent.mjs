// An agent with a tool, and a sub-agent, that sends what happened to MLflow.
import { flushTraces, init, withAgent } from 'turnspan'
import { optionsFor } from './home.mjs'

const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
init({ trackingUri, experimentName, captureContent: true })
const { query } = await import('@anthropic-ai/claude-agent-sdk')

const helper = { description: 'helps', prompt: 'You help.', tools: ['Bash'] }
const ask = async (script, more) => {
  let answer
  const options = optionsFor(`${provider}/${script}/agent-${script}`, more)
  for await (const message of query({ prompt: 'Please!', options })) answer = message.result ?? answer
  return answer
}
const said = await withAgent({ agent: 'desk', responseId, user: 'u-1', input: 'Please!' }, async () => {
  await ask('bash', { includePartialMessages: true })
  return ask('agent', { agents: { helper } })
})
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ said, report }))
