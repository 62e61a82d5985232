// The tests of a program whose runner is Jest; the environment is set by the command line.
const { OpenAI } = require('openai')
const { flushTraces, init, withAgent, withTool } = require('turnspan')
const { captureTraces } = require('turnspan/testing')

const client = new OpenAI({
  apiKey: 'sk-test',
  baseURL: process.env.BASE_URL,
  dangerouslyAllowBrowser: true,
})

const turn = () =>
  withAgent({ agent: 'clerk' }, async () => {
    await withTool({ tool: 'clock' }, async () => 'noon')
    const { choices } = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi!' }],
    })
    return choices[0].message.content
  })

test('an agent is traced, sent, and seen by a capture', async () => {
  const status = init()
  expect(status).toMatchObject({ enabled: true })
  expect(await turn()).toBe('Hello! How can I help you today?')
  expect((await flushTraces()).sent).toBe(3)
  const traces = captureTraces()
  await turn()
  expect(traces.spans.map(({ name }) => name)).toEqual(['agent:clerk', 'tool:clock', 'chat gpt-4o'])
  traces.stop()
})
