// node sentry.<mjs | cjs> <sentry | turnspan | register>: three requests of different users at the same time, in a program
// that starts Sentry first, or turnspan, or has turnspan started by --import. OPTIONS are further ones of Sentry.
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export async function work({ api, Sentry, turnspan }) {
  const { flushTraces, init, onDiagnostic, withAgent, withTool } = turnspan
  const [order] = process.argv.slice(2)
  const diagnostics = []
  onDiagnostic(({ code }) => diagnostics.push(code))
  const envelopes = []
  const transport = () => ({
    send: async (envelope) => {
      envelopes.push(envelope)
      return {}
    },
    flush: async () => true,
  })
  const startSentry = () =>
    Sentry.init({
      dsn: 'http://key@127.0.0.1:9/1',
      tracesSampleRate: 1,
      transport,
      ...JSON.parse(process.env.OPTIONS ?? '{}'),
    })
  if (order === 'sentry') startSentry()
  if (order !== 'register') init()
  if (order !== 'sentry') startSentry()

  const request = (user, ms) =>
    Sentry.withIsolationScope(async (scope) => {
      scope.setUser({ id: user })
      await Sentry.startSpan({ name: `GET /${user}`, op: 'http.server' }, () =>
        withAgent({ agent: user }, async () => {
          await pause(ms)
          await Sentry.startSpan({ name: `db ${user}` }, () =>
            api.trace.getTracer('app').startActiveSpan(`raw ${user}`, async (span) => {
              await withTool({ tool: `tool-${user}` }, async () => {
                await pause(ms)
                Sentry.captureException(new Error(`of ${user}`))
              })
              span.end()
            }),
          )
          await pause(ms)
        }),
      )
      Sentry.captureMessage(`end of ${user}`)
    })
  await Promise.all([request('a', 12), request('b', 4), request('c', 8)])
  Sentry.withScope((scope) => scope.setTag('leak', 'yes'))
  const outside = {
    user: Sentry.getIsolationScope().getUser()?.id ?? null,
    tags: Sentry.getCurrentScope().getScopeData().tags,
    span: Sentry.getActiveSpan() === undefined,
    active: api.trace.getActiveSpan() === undefined,
  }
  await Sentry.flush(5000)
  const report = await flushTraces({ timeoutMs: 10_000 })
  const items = envelopes.flatMap(([, all]) => all.map(([{ type }, body]) => ({ type, body })))
  process.stdout.write(
    `${JSON.stringify({
      outside,
      diagnostics,
      report,
      events: items
        .filter(({ type }) => type === 'event')
        .map(({ body }) => `${body.exception?.values[0].value ?? body.message}: ${body.user?.id}`)
        .sort(),
      spans: items.flatMap(spansOf),
    })}\n`,
  )
  process.exit(0)
}

/** Up to version 10 spans are sent with their transaction, later one by one. */
function spansOf({ type, body }) {
  if (type === 'span')
    return body.items.map((one) => ({
      name: one.name,
      spanId: one.span_id,
      parent: one.parent_span_id ?? null,
    }))
  if (type !== 'transaction') return []
  const { transaction, contexts, spans } = body
  return [
    { name: transaction, spanId: contexts.trace.span_id, parent: contexts.trace.parent_span_id ?? null },
    ...spans.map((one) => ({ name: one.description, spanId: one.span_id, parent: one.parent_span_id })),
  ]
}
