// Agent turns with turnspan, in a process of its own: so many (`turns`), or as many as get out in `seconds`.
import { init } from 'turnspan'
import { agentTurn, SPANS } from './turn.mjs'
import { turnspanCalls } from './turnspan-calls.mjs'

/** What may wait before the next turn has to: far from what memory holds, and always a full request. */
const MOST_WAITING = 4000

const { endpoint, protocol, contentKeys, spool, payload, turns, seconds } = JSON.parse(process.argv[2])
init({
  endpoint,
  protocol,
  captureContent: true,
  serviceName: 'scale',
  ...(contentKeys && { contentKeys }),
  ...(spool && { spool: { dir: spool } }),
})

const short = {
  ...turnspanCalls,
  agent: (name, _, fn) => turnspanCalls.agent(name, 'Is it warm in Lisbon?', () => fn().then(() => 'Yes.')),
  model: (name, request, fn) =>
    turnspanCalls.model(
      name,
      { ...request, messages: [{ role: 'user', content: 'Lisbon?' }], tools: [] },
      () => fn().then(({ model, usage }) => ({ model, usage, choices: [{ message: { content: 'Warm.' } }] })),
    ),
  tool: (name, _, fn) =>
    turnspanCalls.tool(name, { city: 'Lisbon' }, () => fn().then(() => ({ celsius: 24 }))),
}
const calls = payload === 'short' ? short : turnspanCalls

let made = 0
const began = performance.now()
const before = process.cpuUsage()
const goesOn = () => (turns === undefined ? performance.now() - began < seconds * 1000 : made < turns)
while (goesOn()) {
  await agentTurn(calls, made)
  made += 1
  await new Promise((resolve) => setImmediate(resolve))
  while (calls.stats().queued > MOST_WAITING) await new Promise((resolve) => setTimeout(resolve, 1))
}
const report = await calls.flush()
const { user, system } = process.cpuUsage(before)
process.stdout.write(
  JSON.stringify({
    spans: made * SPANS,
    report,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (user + system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1024,
  }),
)
