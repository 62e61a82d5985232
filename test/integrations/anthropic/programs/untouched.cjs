// An application that knows nothing of turnspan.
const Anthropic = require('@anthropic-ai/sdk')

const client = new Anthropic({ apiKey: 'sk-ant-test', baseURL: process.env.BASE_URL })
client.messages
  .create({ model: 'claude-opus-5-5', max_tokens: 200, messages: [{ role: 'user', content: 'Hi!' }] })
  .then(({ content }) => process.stdout.write(content[0].text))
