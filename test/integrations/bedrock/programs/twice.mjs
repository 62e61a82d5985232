// A client that turnspan traces, and OpenTelemetry's instrumentation of the AWS SDK as well.
import { createRequire } from 'node:module'
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk'
import { flushTraces, init, withSpan } from 'turnspan'
import { claude, commandOf, hi, optionsOf } from './clients.mjs'

const { address, options } = JSON.parse(process.env.SETTINGS)
init(options)
new AwsInstrumentation()
const sdk = createRequire(import.meta.url)('@aws-sdk/client-bedrock-runtime')
const client = new sdk.BedrockRuntimeClient(optionsOf(address))
await withSpan(
  async () => {
    await client.send(commandOf({ sdk }, 'Converse', hi))
    await client.send(commandOf({ sdk }, 'InvokeModel', claude()))
    await client
      .send(
        commandOf({ sdk }, 'ApplyGuardrail', {
          guardrailIdentifier: 'g',
          guardrailVersion: '1',
          source: 'INPUT',
          content: [],
        }),
      )
      .catch(() => undefined)
  },
  { name: 'program' },
)
await flushTraces({ timeoutMs: 20_000 })
