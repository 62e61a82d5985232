// An agent that asks models of Bedrock, and sends what happened to MLflow.
import { BedrockAgentRuntimeClient, InvokeAgentCommand } from '@aws-sdk/client-bedrock-agent-runtime'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { flushTraces, init, withAgent } from 'turnspan'
import { HAIKU, optionsOf } from './clients.mjs'

const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
init({ trackingUri, experimentName, captureContent: true })
const options = (script) => optionsOf(`${provider}/${script}/agent-${script}`)
const models = (script) => new BedrockRuntimeClient(options(script))
const user = (text) => ({ role: 'user', content: [{ text }] })
const schema = { json: { type: 'object', properties: { city: { type: 'string' } } } }
const toolConfig = {
  tools: ['get_weather', 'get_time'].map((name) => ({ toolSpec: { name, inputSchema: schema } })),
}

const said = await withAgent(
  { agent: 'weather', responseId, sessionId: 's-bedrock', user: 'u-1' },
  async (agent) => {
    agent.setInputs({ messages: [{ role: 'user', content: 'Weather?' }] })
    const client = models('tools')
    const asked = { modelId: HAIKU, system: [{ text: 'Be brief.' }], toolConfig }
    const messages = [user('Weather?')]
    const first = await client.send(new ConverseCommand({ ...asked, messages }))
    const results = first.output.message.content.map(({ toolUse }) => ({
      toolResult: { toolUseId: toolUse.toolUseId, content: [{ text: `fine in ${toolUse.input.city}` }] },
    }))
    messages.push(first.output.message, { role: 'user', content: results })
    const second = await client.send(new ConverseCommand({ ...asked, messages }))
    const { stream } = await models('reasoning').send(
      new ConverseStreamCommand({ modelId: HAIKU, messages: [user('And now?')] }),
    )
    for await (const _event of stream);
    const body = JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Again!' }],
    })
    await models('cached').send(new InvokeModelCommand({ modelId: HAIKU, body }))
    const { completion } = await new BedrockAgentRuntimeClient(options('hello')).send(
      new InvokeAgentCommand({
        agentId: 'AGENT1',
        agentAliasId: 'ALIAS1',
        sessionId: 's-1',
        inputText: 'Help!',
        enableTrace: true,
      }),
    )
    for await (const _event of completion);
    await models('error-400')
      .send(new ConverseCommand({ modelId: HAIKU, messages: [user('?')] }))
      .catch(() => undefined)
    return second.output.message.content[0].text
  },
)
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ said, report }))
