// A program that has told the client to make OpenTelemetry spans of its own.
import { Mistral } from '@mistralai/mistralai'
import { registerTracerProvider } from '@mistralai/mistralai/extra/observability'
import { trace } from '@opentelemetry/api'
import { flushTraces, init, withSpan } from 'turnspan'

const { endpoint, serverURL } = JSON.parse(process.env.SETTINGS)
init({ endpoint, protocol: 'http/protobuf', captureContent: true })
registerTracerProvider(trace.getTracerProvider())
const client = new Mistral({ apiKey: 'key', serverURL })
const asked = { model: 'mistral-large-latest', messages: [{ role: 'user', content: 'Hi!' }] }
await withSpan(
  async () => {
    await client.chat.complete(asked)
    for await (const _event of await client.chat.stream(asked));
    await client.models.list().catch(() => undefined)
  },
  { name: 'turn' },
)
await flushTraces()
