import { writeFileSync } from 'node:fs'
import { context, trace as otel } from '@opentelemetry/api'
import { flushTraces, init, shutdown, startSpan, stats, trace, withAgent, withSpan } from '../../src/index.ts'

/** Writes to the file named by the first argument what this process holds; stdout and stderr stay as they are. */
const listeners = (): Record<string, number> =>
  Object.fromEntries(
    ['exit', 'beforeExit', 'SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'].map((name) => [
      name,
      process.listenerCount(name),
    ]),
  )

const before = { resources: process.getActiveResourcesInfo(), listeners: listeners() }
const provider = otel.getTracerProvider()
const status = init()
const results = [
  withAgent({ agent: 'a' }, () => 1),
  withSpan(() => 2),
  trace(() => 3)(),
  await withSpan(async () => 4),
]
startSpan({ name: 's' }).end()
const report = await flushTraces()
await shutdown()
const [file = ''] = process.argv.slice(2)
writeFileSync(
  file,
  JSON.stringify({
    status,
    results,
    report,
    stats: stats(),
    before,
    after: { resources: process.getActiveResourcesInfo(), listeners: listeners() },
    sameProvider: otel.getTracerProvider() === provider,
    contextManager: context.with(context.active().setValue(Symbol.for('probe'), 1), () =>
      context.active().getValue(Symbol.for('probe')),
    ),
  }),
)
