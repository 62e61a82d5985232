const { ask } = require('models')
const { init, withAgent, withTool } = require('turnspan')

init()
withAgent({ agent: 'clerk' }, async () => {
  await withTool({ tool: 'clock' }, async () => 'noon')
  return ask('Hi!')
}).then((answer) => console.log(answer))
