// A response ID in a log is enough to find the trace: the hex after `resp_` is the trace ID, in every backend.
import { flushTraces, init, newResponseId, toMlflowTraceId, traceIdFromResponseId, withAgent } from 'turnspan'

init({ captureContent: true, serviceName: 'response-ids' })

const responseId = newResponseId()
await withAgent({ agent: 'support', responseId, input: 'Where is my parcel?' }, (agent) => {
  console.log(`answered ${responseId}`)
  console.log(`trace    ${agent.traceId}`)
  return 'It arrives tomorrow.'
})
await flushTraces()

console.log(`search   ${traceIdFromResponseId(responseId)} (Jaeger, Tempo, ...)`)
console.log(`search   ${toMlflowTraceId(responseId)} (MLflow)`)
