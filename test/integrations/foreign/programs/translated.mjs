// An application with one of the libraries that trace themselves: a run whose tool works, one whose tool throws, one whose
// model refuses. All that somebody says in it is the canary, where there is one.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { flushTraces, init } from 'turnspan'

const { library, registered, redacting, options, canary, models } = JSON.parse(process.env.SETTINGS)
if (registered) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new BasicTracerProvider())
}
// Every word of the canary, wherever it stands.
const redact = (value) => (typeof value === 'string' ? value.replaceAll(canary, 'nobody knows') : value)
init({ instrumentations: [], ...options, ...(redacting && { redact }) })

/** What is said where it matters to a test, or the canary. */
const say = (words) => canary ?? words
const failure = (run) =>
  run().then(
    () => 'no error',
    (error) => error.constructor.name,
  )

const { run } = await import(`./libraries/${library}.mjs`)
const said = await run({ say, models, failure })
const report = await flushTraces({ timeoutMs: 30_000 })
process.stdout.write(`\n${JSON.stringify({ said, report })}\n`)
process.exit(0)
