const OpenAI = require('openai')
const { flushTraces, init } = require('turnspan')

init()
const client = new OpenAI({ apiKey: 'none', baseURL: `${process.env.BASE_URL}/v1` })
client.chat.completions
  .create({ model: 'gpt-5', messages: [{ role: 'user', content: 'hello' }] })
  .then(() => flushTraces({ timeoutMs: 20_000 }))
