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
const WARM_UP_SECONDS = 4

/**
 * What many processes are to a server: requests of one turn each, as they come from agents that do little; and what
 * gateways that sample or balance take.
 */
export async function measureFleet({ single, templates, seconds }) {
  const rows = []
  for (const fsync of ['false', 'true']) {
    const change = (text) => text.replace('fsync: true', `fsync: ${fsync}`)
    const found = await withGateways([{ name: 'persistent-queue', change }], (setup) =>
      through(setup, single, seconds),
    )
    const title = `queue on disk${fsync === 'true' ? ', fsync' : ''}, requests of one turn`
    rows.push({ what: title, payload: single.payload, ...found })
  }
  rows.push({
    what: 'MLflow on SQLite, requests of one turn',
    payload: single.payload,
    ...(await oneTurnEach(single, seconds)),
  })
  for (const template of templates) {
    const found = await withGateways([{ name: 'tail-sampling' }], async ({ url }) => {
      const before = usage('otelcol')
      const load = { urls: [url], template, seconds: seconds + WAIT_SECONDS, atOnce: AT_ONCE }
      const sent = await sendLoad(load)
      return figures(sent, 'otelcol', before, sent.seconds)
    })
    rows.push({ what: `sampling, ${WAIT_SECONDS} s in memory`, payload: template.payload, ...found })
  }
  for (const template of templates) {
    const chain = [{ name: 'persistent-queue' }, { name: 'persistent-queue' }, { name: 'balancing' }]
    const found = await withGateways(chain, (setup) => through(setup, template, seconds))
    rows.push({ what: 'balancer and two gateways with queues', payload: template.payload, ...found })
  }
  return rows
}

async function oneTurnEach(template, seconds) {
  const server = await startMlflow()
  try {
    const load = { urls: [server.url], template, atOnce: 4, headers: { 'x-mlflow-experiment-id': '0' } }
    // The first request makes the tables.
    await sendLoad({ ...load, seconds: WARM_UP_SECONDS })
    const before = usage('python')
    const sent = await sendLoad({ ...load, seconds })
    return figures(sent, 'python', before, sent.seconds)
  } finally {
    await server.stop()
  }
}

/** The last is the one that is sent to; those before it stand behind. */
async function withGateways(list, measure) {
  const sink = await startSink()
  const started = []
  try {
    await start(list, sink, started)
    return await measure({ url: started.at(-1).httpUrl, sink })
  } finally {
    await Promise.all(started.map((server) => server.stop()))
    sink.stop()
  }
}

async function start(list, sink, started) {
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
  return figures(sent, 'otelcol', before, took)
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
    refused:
      Object.entries(sent.refused)
        .map(([status, count]) => `${count} × ${status}`)
        .join(', ') || 'none',
  }
}
