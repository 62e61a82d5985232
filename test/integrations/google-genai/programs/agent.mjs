// An agent that answers with functions, and sends what happened to MLflow.
import { GoogleGenAI } from '@google/genai'
import { flushTraces, init, withAgent } from 'turnspan'

const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
init({ trackingUri, experimentName, captureContent: true })
const modelsOf = (script) =>
  new GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: `${provider}/${script}/agent-${script}` } })
    .models
const schema = { type: 'object', properties: { city: { type: 'string' } } }
const answers = {
  get_weather: ({ city }) => ({ output: `sunny in ${city}` }),
  get_time: () => ({ output: 'noon' }),
}
const functions = {
  tool: async () => ({
    functionDeclarations: Object.keys(answers).map((name) => ({ name, parametersJsonSchema: schema })),
  }),
  callTool: async (calls) =>
    calls.map(({ id, name, args }) => ({ functionResponse: { id, name, response: answers[name](args) } })),
}
const model = 'gemini-2.5-flash'

const said = await withAgent(
  { agent: 'weather', responseId, sessionId: 's-gemini', user: 'u-1' },
  async (agent) => {
    agent.setInputs({ messages: [{ role: 'user', content: 'Weather?' }] })
    const { text } = await modelsOf('tools').generateContent({
      model,
      contents: 'Weather?',
      config: { systemInstruction: 'Be brief.', tools: [functions] },
    })
    const stream = await modelsOf('reasoning').generateContentStream({ model, contents: 'And now?' })
    for await (const _chunk of stream);
    await modelsOf('cached').generateContent({
      model,
      contents: [{ role: 'user', parts: [{ text: 'Again!' }] }],
    })
    await modelsOf('error-400')
      .generateContent({ model, contents: '?' })
      .catch(() => undefined)
    return text
  },
)
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ said, report }))
