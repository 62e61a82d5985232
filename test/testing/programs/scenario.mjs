// A test of an agent whose client is traced: with captures, before and after.
const INITS = {
  none: () => {},
  off: (init) => init(),
  named: (init) => init({ instrumentations: ['openai'] }),
  asked: () => {},
  during: () => {},
  shutdown: () => {},
  'not wanted': (init) => init({ instrumentations: false }),
}

export async function capture({ OpenAI, turnspan, testing }) {
  const { init, shutdown, withAgent } = turnspan
  const which = process.env.INIT
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
  const turn = () =>
    withAgent({ agent: 'clerk' }, () =>
      client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi!' }] }),
    )
  const own = OpenAI.Chat.Completions.prototype.create
  INITS[which](init)
  const wanted = process.env.WANTED === 'false' ? false : which === 'asked' ? ['openai'] : undefined
  const traces = testing.captureTraces({ instrumentations: wanted })
  if (which === 'during') init()
  if (which === 'shutdown') await shutdown()
  await turn()
  await traces.settled()
  const during = traces.spans.map(({ name }) => name)
  traces.stop()
  const next = testing.captureTraces({ instrumentations: false })
  next.stop()
  await turn()
  return {
    during,
    after: next.spans.map(({ name }) => name),
    codes: traces.diagnostics.map(({ code }) => code),
    patched: OpenAI.Chat.Completions.prototype.create !== own,
  }
}
