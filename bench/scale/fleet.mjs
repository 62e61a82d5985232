import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCollector } from '../../test/support/backends.ts'
import { startMlflow } from '../../test/support/mlflow.ts'
import { usage } from './descendants.mjs'
import { sendLoad } from './load.mjs'
import { startSink } from './sink-process.mjs'

const AT_ONCE = 16
const examples = join(import.meta.dirname, '..', '..', 'examples', 'collector')
const WAIT_SECONDS = 5
const QUIET_MS = 1500

/**
 * What many processes are to a server: requests of one turn each, as they come from agents that do little; and what
 * gateways that sample or balance take.
 */
export async function measureFleet({ single, templates, seconds }) {
  const rows = []
  for (const fsync of ['false', 'true']) {
    const change = (text) => text.replace('fsync: true', `fsync: ${fsync}`)
    await using setup = await gateways([{ name: 'persistent-queue', change }])
    const title = `queue on disk${fsync === 'true' ? ', fsync' : ''}, requests of one turn`
    rows.push(row(title, await through(setup, single, seconds)))
  }
  {
    const server = await startMlflow()
    const before = usage('python')
    const headers = { 'x-mlflow-experiment-id': '0' }
    const sent = await sendLoad({ urls: [server.url], template: single, seconds, atOnce: 4, headers })
    const found = figures(sent, 'python', before, sent.seconds)
    rows.push(row('MLflow on SQLite, requests of one turn', { ...found, template: single }))
    await server.stop()
  }
  for (const template of templates) {
    await using sampling = await gateways([{ name: 'tail-sampling' }])
    const before = usage('otelcol')
    const sent = await sendLoad({
      urls: [sampling.url],
      template,
      seconds: seconds + WAIT_SECONDS,
      atOnce: AT_ONCE,
    })
    rows.push(row('sampling', { ...figures(sent, 'otelcol', before, sent.seconds), template }))
  }
  for (const template of templates) {
    await using setup = await gateways([
      { name: 'persistent-queue' },
      { name: 'persistent-queue' },
      { name: 'balancing' },
    ])
    rows.push(row('balancer and two gateways with queues, together', await through(setup, template, seconds)))
  }
  return rows
}

const row = (what, { template, ...found }) => ({ what, payload: template.payload, ...found })

/** The last is the one that is sent to; those before it stand behind. */
async function gateways(list) {
  const sink = await startSink()
  const started = []
  for (const { name, change = (text) => text } of list) {
    const text = change(readFileSync(join(examples, `${name}.yaml`), 'utf8'))
    const [first, second] = started.map(({ place }) => `127.0.0.1:${place.grpcPort}`)
    started.push(
      await startCollector(
        () => text,
        ({ grpcPort, httpPort, dir }) => ({
          GATEWAY_GRPC: `127.0.0.1:${grpcPort}`,
          GATEWAY_HTTP: `127.0.0.1:${httpPort}`,
          GATEWAY_STORAGE: join(dir, 'queue'),
          GATEWAY_CONSUMERS: '4',
          MLFLOW_URL: sink.url,
          DECISION_WAIT: `${WAIT_SECONDS}s`,
          DECISION_WAIT_AFTER_ROOT: `${WAIT_SECONDS}s`,
          ...(first && { GATEWAY_1: first, GATEWAY_2: second ?? first }),
        }),
      ),
    )
  }
  return {
    url: started.at(-1).httpUrl,
    sink,
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((server) => server.stop()))
      sink.stop()
    },
  }
}

/** As much as goes in, until no more comes out. */
async function through({ url, sink }, template, seconds) {
  const before = usage('otelcol')
  const began = performance.now()
  const sent = await sendLoad({ urls: [url], template, seconds, atOnce: AT_ONCE })
  let [bytes, changed] = [-1, performance.now()]
  while (performance.now() - changed < QUIET_MS) {
    const now = await sink.counts()
    if (now.bytes !== bytes) [bytes, changed] = [now.bytes, performance.now()]
    await sleep(50)
  }
  const took = Math.max(sent.seconds, (changed - began) / 1000)
  return { ...figures(sent, 'otelcol', before, took), template }
}

function figures(sent, name, before, took) {
  const after = usage(name)
  const cpu = after.cpuSeconds - before.cpuSeconds
  return {
    'requests/s': sent.requests / took,
    'spans/s': sent.spans / took,
    'CPU µs a span': (cpu / sent.spans) * 1e6,
    'CPU µs a request': (cpu / sent.requests) * 1e6,
    'RSS MB': after.rssMb,
  }
}
