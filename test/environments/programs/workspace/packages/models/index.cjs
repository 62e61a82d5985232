const { OpenAI } = require('openai')

exports.ask = async (question) => {
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: question }],
  })
  return choices[0].message.content
}
