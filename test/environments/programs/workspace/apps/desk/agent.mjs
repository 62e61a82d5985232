import { ask } from 'models'
import { init, withAgent, withTool } from 'turnspan'

init()
const answer = await withAgent({ agent: 'clerk' }, async () => {
  await withTool({ tool: 'clock' }, async () => 'noon')
  return ask('Hi!')
})
console.log(answer)
