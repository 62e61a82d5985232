/**
 * Ended spans of agent turns: per turn an agent, three calls of a model with about 4 kB asked and 4 kB answered, three
 * tools and a retriever; about 4.7 kB a span on the wire. Texts are of random words from `alphabet`, the same in every
 * run.
 */
export function agentSpans(count, alphabet) {
  const random = generator(7)
  const words = vocabulary(random, alphabet)
  const text = (length) => {
    let made = ''
    while (made.length < length) made += `${words[Math.floor(random() * words.length)]} `
    // One flat string, as it comes out of a response body, not a rope of its pieces.
    return Buffer.from(made.slice(0, length)).toString()
  }
  const hex = (bytes) =>
    Array.from({ length: bytes }, () =>
      Math.floor(random() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('')
  const spans = []
  while (spans.length < count) spans.push(...turn({ text, hex, random }, spans.length))
  return spans.slice(0, count)
}

/**
 * `spans` as a library on OpenTelemetry would have made them, which has no native values: every input and output is JSON
 * text in an attribute.
 */
export function textSpans(spans) {
  return spans.map(({ agent, ...span }) =>
    Object.freeze({
      ...span,
      attributes: {
        ...span.attributes,
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.usage.input_tokens': 1200,
        'gen_ai.usage.output_tokens': 900,
        'input.value': JSON.stringify(agent.inputs),
        'output.value': JSON.stringify(agent.outputs),
      },
    }),
  )
}

/** The alphabets that are compared. */
export const ALPHABETS = {
  ASCII: 'abcdefghijklmnopqrstuvwxyz',
  'mostly ASCII': 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzé€',
  Cyrillic: 'абвгдежзийклмнопрстуфхцчшщыэюя',
  Chinese: '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可',
}

const SCOPE = Object.freeze({ name: 'turnspan', version: '0.1.0' })

function turn({ text, hex, random }, index) {
  const trace = {
    traceId: hex(16),
    sampled: true,
    remote: false,
    rootElsewhere: false,
    flags: 1,
    traceState: undefined,
    userId: 'user-4711',
    sessionId: `session-${index}`,
    tags: new Map([['domain', 'travel']]),
    metadata: new Map(),
    said: 0,
    startMs: 0,
    endMs: 0,
    open: new Map(),
  }
  const root = hex(8)
  const start = 1_800_000_000 + index
  const nanos = () => Math.floor(random() * 1e9)
  const span = (name, agent, more = {}) =>
    Object.freeze({
      traceId: trace.traceId,
      spanId: hex(8),
      parentSpanId: root,
      parentIsRemote: false,
      traceFlags: 1,
      name,
      kind: 0,
      startTime: [start, nanos()],
      endTime: [start + 1, nanos()],
      status: { code: 1 },
      attributes: { 'app.tenant': 'tenant-12', 'app.attempt': 1 },
      events: [],
      links: [],
      scope: SCOPE,
      agent: { jsonKeys: new Set(), ...agent },
      trace,
      ...more,
    })
  const usage = { inputTokens: 1200, outputTokens: 900, totalTokens: 2100, cacheReadInputTokens: 800 }
  const model = { model: 'gpt-5', provider: 'openai' }
  const conversation = () => [
    { role: 'system', content: text(1200) },
    { role: 'user', content: text(400) },
    { role: 'assistant', content: null, tool_calls: [call(text)] },
    { role: 'tool', tool_call_id: 'call_1', content: text(1800) },
  ]
  const spans = []
  for (let i = 0; i < 3; i += 1) {
    const outputs = {
      id: `chatcmpl-${index}`,
      choices: [{ index: 0, message: { role: 'assistant', content: text(4000) }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1200, completion_tokens: 900 },
    }
    const inputs = { model: 'gpt-5', temperature: 0.2, messages: conversation() }
    spans.push(span('llm:gpt-5', { spanType: 'CHAT_MODEL', inputs, outputs, usage, ...model }))
    const args = {
      query: text(200),
      filters: { city: text(20), stars: 4, tags: ['a', 'b'] },
      notes: text(700),
    }
    const rows = Array.from({ length: 6 }, (_, id) => ({ id, name: text(60), about: text(220), price: 99.5 }))
    spans.push(span('tool:search', { spanType: 'TOOL', inputs: args, outputs: { rows } }))
  }
  const documents = Array.from({ length: 4 }, (_, id) => ({
    id: `d${id}`,
    page_content: text(600),
    score: 0.8,
  }))
  spans.push(span('retrieve', { spanType: 'RETRIEVER', inputs: { query: text(100) }, outputs: documents }))
  const { parentSpanId: _, ...top } = span('agent:travel', {
    spanType: 'AGENT',
    inputs: { messages: [{ role: 'user', content: text(400) }] },
    outputs: text(1500),
    usage,
    ...model,
  })
  spans.push(Object.freeze({ ...top, spanId: root }))
  return spans
}

const call = (text) => ({
  id: 'call_1',
  type: 'function',
  function: { name: 'search', arguments: JSON.stringify({ query: text(80) }) },
})

function vocabulary(random, alphabet) {
  const letters = [...alphabet]
  const word = () =>
    Array.from({ length: 2 + Math.floor(random() * 9) }, () => letters[Math.floor(random() * letters.length)])
  return Array.from({ length: 2000 }, () => word().join(''))
}

/** Uniform numbers below 1 that are the same in every run (mulberry32). */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
