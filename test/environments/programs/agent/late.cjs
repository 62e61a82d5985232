// The package is loaded after init, in CommonJS.
const { init, withAgent, withTool } = require('turnspan')

init()
const { OpenAI } = require('openai')

const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
withAgent({ agent: 'clerk' }, async () => {
  await withTool({ tool: 'clock' }, async () => 'noon')
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hi!' }],
  })
  return choices[0].message.content
}).then((answer) => {
  console.log(answer)
  if (process.env.END === 'exit') process.exit(0)
})
