export const MODEL = 'claude-sonnet-4-5'

const turn = (...below: readonly string[]): readonly string[] => ['agent:claude AGENT OK', ...below]
const chat = `  chat ${MODEL} CHAT_MODEL OK`
const usage = '  usage LLM OK'
const add = (inside: number): readonly string[] => [
  '  tool:mcp__calc__add TOOL OK',
  `    inside ${inside} UNKNOWN OK`,
]

/** The spans of each probe. */
export const trees: Readonly<Record<string, readonly string[]>> = {
  hello: turn(chat),
  parts: turn(chat),
  bash: turn(chat, '  tool:Bash TOOL OK', chat, usage),
  partial: turn(chat, '  tool:Bash TOOL OK', chat),
  failing: turn(chat, '  tool:Bash TOOL ERROR', chat, usage),
  denied: turn(chat, '  tool:Bash TOOL ERROR', chat, usage),
  mcp: turn(chat, ...add(1), chat, usage),
  parallel: turn(chat, ...add(1), ...add(2), chat, usage),
  agent: turn(
    chat,
    '  tool:Agent TOOL OK',
    '    agent:helper AGENT OK',
    `    ${chat}`,
    '      tool:Bash TOOL OK',
    chat,
    usage,
  ),
  error: ['agent:claude AGENT ERROR', `  chat ${MODEL} CHAT_MODEL ERROR`],
  two: [...turn(chat), ...turn(chat)],
  resume: [...turn(chat), ...turn(chat)],
  environment: turn(chat, '  tool:Bash TOOL OK'),
  left: turn(chat),
  aborted: ['agent:claude AGENT ERROR'],
  interrupted: ['agent:claude AGENT ERROR'],
}

const used = (input: number, output: number, more: object = {}): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...more,
})

/** The tokens of each turn, which are those that the server counted. */
export const tokens: Readonly<Record<string, readonly object[]>> = {
  hello: [used(20, 10)],
  parts: [used(30, 25)],
  bash: [used(120, 43, { cache_read_input_tokens: 60, cache_creation_input_tokens: 10 })],
  partial: [used(120, 43, { cache_read_input_tokens: 60, cache_creation_input_tokens: 10 })],
  parallel: [used(40, 20)],
  agent: [used(80, 40)],
  two: [used(20, 10), used(20, 10)],
  resume: [used(20, 10), used(20, 10)],
}

/** `error.type`, by probe and span. */
export const failures: readonly (readonly unknown[])[] = [
  ['failing', 'tool:Bash', 'tool_error'],
  ['denied', 'tool:Bash', 'tool_error'],
  ['error', 'agent:claude', 'api_error'],
  ['error', `chat ${MODEL}`, 'api_error'],
  ['aborted', 'agent:claude', 'cancelled'],
  ['interrupted', 'agent:claude', 'cancelled'],
]

/** `turnspan.call.end`, by probe and span. */
export const endings: readonly (readonly unknown[])[] = [
  ['environment', 'agent:claude', 'stopped'],
  ['left', 'agent:claude', 'stopped'],
  ['aborted', 'agent:claude', 'aborted'],
  ['interrupted', 'agent:claude', 'aborted'],
]
