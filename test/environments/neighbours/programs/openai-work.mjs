// One turn with a tool, a span of OpenTelemetry's API, and a call of OpenAI's client, in a program that other modules have
// started turnspan and a neighbour before.
const pause = () => new Promise((resolve) => setTimeout(resolve, 2))

export async function work({ api, OpenAI, turnspan }) {
  const { flushTraces, withAgent, withTool } = turnspan
  const seen = watched(api)
  const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'key', maxRetries: 0 })
  const answer = await withAgent({ agent: 'planner' }, async () => {
    await api.trace.getTracer('app').startActiveSpan('lookup', async (span) => {
      await withTool({ tool: 'search' }, pause)
      span.end()
    })
    const messages = [{ role: 'user', content: 'Hi' }]
    return client.chat.completions.create({ model: 'gpt-4o', messages })
  })
  await pause()
  const report = await flushTraces({ timeoutMs: 10_000 })
  const atRoot = api.trace.getActiveSpan() === undefined
  const result = {
    said: answer.choices[0].message.content,
    seen,
    atRoot,
    report,
    diagnostics: globalThis.diagnostics,
  }
  // Neighbours hold the process by their timers, and wait for servers that are not there.
  setTimeout(() => {
    process.stdout.write(`\n${JSON.stringify({ result: { ...result, sent: globalThis.sent } })}\n`, () =>
      process.exit(0),
    )
  }, 300)
}

/** What the processors of the neighbour's provider see; `undefined` where it has none of OpenTelemetry's SDK. */
function watched({ trace }) {
  const provider = trace.getTracerProvider()
  const processors = (provider.getDelegate?.() ?? provider)._activeSpanProcessor
  if (!Array.isArray(processors?._spanProcessors)) return undefined
  const seen = []
  const note = (span) =>
    seen.push({
      name: span.name,
      scope: span.instrumentationScope.name,
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId ?? null,
    })
  processors._spanProcessors = [
    ...processors._spanProcessors,
    { onStart() {}, onEnd: note, forceFlush: async () => {}, shutdown: async () => {} },
  ]
  return seen
}
