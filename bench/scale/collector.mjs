import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCollector } from '../../test/support/backends.ts'
import { usage } from './descendants.mjs'
import { sendLoad } from './load.mjs'
import { startSink } from './sink-process.mjs'

const AT_ONCE = 8
const example = join(import.meta.dirname, '..', '..', 'examples', 'collector', 'persistent-queue.yaml')

/** The gateway of the examples, and what its promises cost. */
const VARIANTS = {
  'no queue': (text) =>
    text.replace(/ {4}sending_queue:\n(?: {6}.*\n)*/, '    sending_queue:\n      enabled: false\n'),
  'queue on disk': (text) => text.replace('fsync: true', 'fsync: false'),
  'queue on disk, fsync': (text) => text,
  'the same, gzip': (text) => text.replace('compression: none', 'compression: gzip'),
}

/** Rates of one Collector: with a receiver that is well, and into its disk while there is none. */
export async function measureCollector({ templates, seconds }) {
  const rows = []
  for (const template of templates) {
    for (const [variant, change] of Object.entries(VARIANTS)) {
      const sink = await startSink()
      const collector = await gateway(change(readFileSync(example, 'utf8')), sink.url)
      try {
        const through = await pass(collector, sink, template, seconds)
        const kept = variant === 'no queue' ? {} : await keep(collector, sink, template, seconds)
        rows.push({ payload: template.payload, variant, ...through, ...kept })
      } finally {
        await collector.stop()
        sink.stop()
      }
    }
  }
  return rows
}

function gateway(text, url) {
  return startCollector(
    () => text,
    ({ grpcPort, httpPort, dir }) => ({
      GATEWAY_GRPC: `127.0.0.1:${grpcPort}`,
      GATEWAY_HTTP: `127.0.0.1:${httpPort}`,
      GATEWAY_STORAGE: join(dir, 'queue'),
      GATEWAY_CONSUMERS: '4',
      MLFLOW_URL: url,
    }),
  )
}

/** As much as goes in, until all of it has come out. */
async function pass(collector, sink, template, seconds) {
  const before = usage('otelcol')
  const began = performance.now()
  const sent = await sendLoad({ urls: [collector.httpUrl], template, seconds, atOnce: AT_ONCE })
  await arrival(sink, sent.requests)
  const took = (performance.now() - began) / 1000
  const after = usage('otelcol')
  await sink.reset()
  return {
    'spans/s through': sent.spans / took,
    'MB/s in': sent.bytes / took / 1e6,
    'CPU µs a span': ((after.cpuSeconds - before.cpuSeconds) / sent.spans) * 1e6,
    'RSS MB': after.rssMb,
  }
}

/** With the receiver down: what goes to disk, and how fast it leaves it again. */
async function keep(collector, sink, template, seconds) {
  await sink.answer(503)
  const sent = await sendLoad({ urls: [collector.httpUrl], template, seconds, atOnce: AT_ONCE })
  const bytes = bytesIn(join(collector.place.dir, 'queue'))
  await sink.reset()
  await sink.answer(200)
  const { firstMs, lastMs } = await arrival(sink, sent.requests)
  return {
    'spans/s to disk': sent.spans / sent.seconds,
    'disk bytes a span': bytes / sent.spans,
    'spans/s from disk': (sent.spans / (lastMs - firstMs)) * 1000,
  }
}

async function arrival(sink, requests) {
  for (const deadline = Date.now() + 180_000; Date.now() < deadline; await sleep(50)) {
    const counts = await sink.counts()
    if (counts.requests >= requests) return counts
  }
  throw new Error(`Of ${requests} requests ${(await sink.counts()).requests} came out of the Collector`)
}

function bytesIn(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
