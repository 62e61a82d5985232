import { once } from 'node:events'
import { createServer } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

/** Makes traces at a steady rate for a receiver that takes none, and says what that costs: see run.mjs. */
const { dist, shape, rate, seconds, open, maxQueueBytes, hangs } = JSON.parse(process.argv[2])
const { init, onDiagnostic, startSpan, stats, withAgent, withSpan, withTool } = await import(
  pathToFileURL(`${dist}/index.js`).href
)

const text = (words, i) => `${i} `.concat('some words of a text '.repeat(words))
const CHINESE = '追踪一个代理的每一步🚀'.repeat(20)
const answer = async (value) => value

// A text of 34,000 characters, of which a span gets 40: who keeps those without a copy keeps them all.
const piece = (i) => text(1600, i).slice(200, 240)

const WORK = {
  pieces: {
    spans: 1,
    run: async (i) => withSpan(async () => piece(i), { name: 'step', inputs: piece(i) }),
  },
  cjk: {
    spans: 1,
    run: async (i) =>
      withSpan(async () => `${i}`.concat(CHINESE), { name: 'step', inputs: `${i}`.concat(CHINESE) }),
  },
  spans: {
    spans: 1,
    run: async (i) => withSpan(async () => text(5, i), { name: 'step', inputs: text(5, i) }),
  },
  turns: {
    spans: 4,
    run: (i) =>
      withAgent(
        { agent: 'support', user: `user-${i}`, sessionId: `s-${i}`, input: text(10, i) },
        async () => {
          for (const part of [0, 1]) {
            await withSpan(() => answer({ role: 'assistant', content: text(40, part) }), {
              name: 'chat',
              spanType: 'LLM',
              inputs: [{ role: 'user', content: text(100, i) }],
            })
          }
          await withTool({ tool: 'search', arguments: { query: text(2, i) } }, () => answer([text(30, i)]))
          return text(40, i)
        },
      ),
  },
}

const collected = () => {
  for (let i = 0; i < 3; i += 1) gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const inUse = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

// A receiver that takes connections and says nothing, or one where nothing listens.
const server = hangs ? createServer(() => {}).listen(0, '127.0.0.1') : undefined
if (server !== undefined) await once(server, 'listening')
const port = server === undefined ? 9 : server.address().port

const said = {}
onDiagnostic(({ code }) => {
  said[code] = (said[code] ?? 0) + 1
  // A listener that traces what it hears.
  startSpan({ name: 'heard' }).end()
})
init({
  endpoint: `http://127.0.0.1:${port}`,
  protocol: 'http/protobuf',
  captureContent: true,
  watchdog: false,
  exitTimeoutMs: 0,
  ...(maxQueueBytes && { maxQueueBytes }),
})
const { run, spans } = WORK[shape]
for (let i = 0; i < open; i += 1) startSpan({ name: 'open' })
const before = collected()

const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const TICK_MS = 20
const each = Math.max(1, Math.round((rate * TICK_MS) / 1000 / spans))
const costs = { empty: [], full: [] }
const isFull = () => (stats().dropped.queue_full ?? 0) > 0
let most = 0
const end = performance.now() + seconds * 1000
let made = 0
for (let at = performance.now(); at < end; at += TICK_MS) {
  const full = isFull()
  const started = performance.now()
  for (let i = 0; i < each; i += 1) await run(made + i)
  made += each
  costs[full ? 'full' : 'empty'].push(((performance.now() - started) * 1000) / each)
  most = Math.max(most, inUse())
  const rest = at + TICK_MS - performance.now()
  if (rest > 0) await sleep(rest)
}
delay.disable()

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]
const report = {
  traces: made,
  heldMb: (collected() - before) / 1e6,
  mostMb: most / 1e6,
  queued: stats().queued,
  dropped: stats().dropped.queue_full ?? 0,
  emptyUs: median(costs.empty),
  fullUs: median(costs.full),
  delayP50Ms: delay.percentile(50) / 1e6 - 5,
  delayP99Ms: delay.percentile(99) / 1e6 - 5,
  delayMaxMs: delay.max / 1e6 - 5,
  said,
}
console.log(JSON.stringify(report))
process.exit(0)
