// An application that knows nothing of turnspan, as CommonJS.
const OpenAI = require('openai')

const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
client.chat.completions
  .create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi!' }] })
  .then(({ choices }) => process.stdout.write(choices[0].message.content))
