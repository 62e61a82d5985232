import { register } from 'node:module'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import sdk from '@opentelemetry/sdk-trace-node'

// What ES modules need, whose loads an instrumentation does not see by itself.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
new sdk.NodeTracerProvider().register()
registerInstrumentations({ instrumentations: [new OpenAIInstrumentation()] })
