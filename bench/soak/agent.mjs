// The process that is watched: an agent that works until it is told to stop. Its parent asks by IPC.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { flushTraces, init, stats, withAgent, withSpan, withTool } from 'turnspan'

const { endpoint, dir, spansPerSecond } = JSON.parse(process.argv[2])
init({ endpoint, protocol: 'http/protobuf', captureContent: true, serviceName: 'soak', spool: { dir } })

const TURN = 8
const TURNS_AT_ONCE = 4
const texts = Array.from({ length: 16 }, (_, i) => 'words '.repeat(10 + i * i * 3))
let started = 0
let working = true

/** Eight spans. The numbers in their names are one unbroken row, so that whoever receives them sees each gap. */
async function turn(pause) {
  const text = texts[Math.floor(Math.random() * texts.length)]
  const number = () => String(started++)
  await withAgent({ agent: number(), sessionId: `session-${started % 50}`, input: text }, async () => {
    for (let i = 0; i < 3; i += 1) {
      await withSpan(
        async (span) => {
          span.setInputs({ messages: [{ role: 'user', content: text }] })
          span.setTokenUsage({ inputTokens: 900, outputTokens: 100 })
          await pause()
          await withTool({ tool: number(), arguments: { text } }, () => ({ found: text }))
          return text
        },
        { name: number() },
      )
    }
    await withSpan(pause, { name: number() })
    return text
  })
}

async function work() {
  const everyMs = (1000 * TURN * TURNS_AT_ONCE) / spansPerSecond
  for (let next = performance.now(); ; next = Math.max(next + everyMs, performance.now() - 1000)) {
    await sleep(Math.max(0, next - performance.now()))
    if (working) await Promise.all(Array.from({ length: TURNS_AT_ONCE }, () => turn(() => sleep(1))))
  }
}

const answers = {
  stats: () => stats(),
  /** So many spans without waiting for anything but promises. */
  async burst({ spans }) {
    for (let made = 0; made < spans; made += TURN) await turn(async () => {})
  },
  /** What it takes when nothing is under way. */
  async sample({ timeoutMs }) {
    working = false
    await sleep(100)
    const report = await flushTraces({ timeoutMs })
    // Twice: what is freed by finalizers of the first is collected by the second.
    for (let i = 0; i < 2; i += 1) {
      globalThis.gc()
      await sleep(10)
    }
    const { rss, heapUsed, external } = process.memoryUsage()
    const files = readdirSync('/proc/self/fd').length
    working = true
    return { rss, heapUsed, external, files, report, started }
  },
  async stop({ timeoutMs }) {
    working = false
    await sleep(500)
    return { report: await flushTraces({ timeoutMs }), started }
  },
}

process.on('message', async ({ id, ask, ...more }) => {
  process.send({ id, answer: await answers[ask](more) })
})
process.on('disconnect', () => process.exit())
void work()
