// An application that traces the AI SDK into a backend of its own, with a provider of its own.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createOpenAI } from '@ai-sdk/openai'
import { context, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { generateText, jsonSchema, stepCountIs, tool } from 'ai'

const { endpoint, baseURL, traced } = JSON.parse(process.env.SETTINGS)
const seen = []
const processors = []
let count = 0
const hex = (digits) => (++count).toString(16).padStart(digits, '0')
const startSpan =
  (scope) =>
  (name, options, active = context.active()) => {
    const parent = trace.getSpan(active)
    const { traceId, spanId } = parent?.spanContext() ?? INVALID_SPAN_CONTEXT
    const own = { traceId: parent ? traceId : hex(32), spanId: hex(16), traceFlags: 1 }
    const span = {
      name,
      kind: 0,
      attributes: { ...options?.attributes },
      status: { code: 0 },
      events: [],
      links: [],
      startTime: [Math.floor(Date.now() / 1000), 0],
      endTime: [Math.floor(Date.now() / 1000), 1],
      instrumentationScope: { name: scope },
      resource: { attributes: {} },
      ...(parent && { parentSpanContext: { traceId, spanId } }),
      spanContext: () => own,
      isRecording: () => true,
      setAttribute: (key, value) => span.setAttributes({ [key]: value }),
      setAttributes(given) {
        Object.assign(span.attributes, given)
        return span
      },
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus: () => span,
      updateName: () => span,
      recordException() {},
      end() {
        seen.push({ scope, name, parent: parent?.name, keys: Object.keys(span.attributes).length })
        for (const processor of processors) processor.onEnd(span)
      },
    }
    for (const processor of processors) processor.onStart(span, active)
    return span
  }
const tracerOf = (scope) => {
  const start = startSpan(scope)
  return {
    startSpan: start,
    startActiveSpan(name, ...rest) {
      const fn = rest.pop()
      const span = start(name, rest[0])
      return context.with(trace.setSpan(context.active(), span), () => fn(span))
    },
  }
}
const provider = {
  getTracer: tracerOf,
  // As version 1 of OpenTelemetry's SDK has them.
  _registeredSpanProcessors: processors,
  addSpanProcessor: (processor) => void processors.push(processor),
}
const storage = new AsyncLocalStorage()
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, fn, self, ...args) => storage.run(active, () => fn.apply(self, args)),
  bind: (_active, target) => target,
  enable() {},
  disable() {},
})
trace.setGlobalTracerProvider(provider)
let turnspan
if (traced) {
  turnspan = await import('turnspan')
  turnspan.init({ endpoint, protocol: 'http/protobuf', captureContent: true })
}
const { text } = await generateText({
  model: createOpenAI({ apiKey: 'sk-test', baseURL }).chat('gpt-4o'),
  prompt: 'Hi!',
  stopWhen: stepCountIs(3),
  tools: {
    get_weather: tool({ inputSchema: jsonSchema({ type: 'object' }), execute: () => 'sunny' }),
  },
  experimental_telemetry: { isEnabled: true },
})
await turnspan?.flushTraces()
process.stdout.write(JSON.stringify({ text, seen: seen.filter(({ scope }) => scope === 'ai') }))
