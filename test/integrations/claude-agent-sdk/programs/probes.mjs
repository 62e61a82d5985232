// One program with the ways in which the SDK is used. The real process runs, against a server on loopback.
import { number } from 'zod'
import { optionsFor } from './home.mjs'

const HOOKS = ['PreToolUse', 'PostToolUse']

const optionsOf = (tools, more) => optionsFor(tools.address(), more)

const prompt = (content) => ({
  type: 'user',
  message: { role: 'user', content },
  parent_tool_use_id: null,
  session_id: '',
})

/** A message without what no two runs have in common. */
const shown = (message) => ({
  type: message.type,
  subtype: message.subtype,
  parent: message.parent_tool_use_id ?? undefined,
  event: message.event?.type,
  content: blocksOf(message.message?.content),
  ...(message.type === 'result' && {
    is_error: message.is_error,
    result: message.result,
    usage: message.usage?.output_tokens,
  }),
})

const blocksOf = (content) =>
  Array.isArray(content)
    ? content.map(({ type, name, text, thinking, is_error: error }) => ({
        type,
        name,
        text,
        thinking,
        error,
      }))
    : content

/** Progress of the process, which depends on its timing. */
const isTimed = ({ type, subtype }) =>
  type === 'system' && subtype !== 'init' && subtype !== 'task_started' && subtype !== 'task_notification'

async function readAll(query, note, each = () => undefined) {
  for await (const message of query) {
    if (!isTimed(message)) note(shown(message))
    if ((await each(message)) === 'leave') break
  }
}

const probe = (name, script, run) => ({ name, script, run })
const ask = (more, each) => (tools) =>
  readAll(tools.sdk.query({ prompt: 'please', options: optionsOf(tools, more) }), tools.note, each)

function hooksOf(note) {
  const hook = (event) => [
    {
      hooks: [
        async ({ tool_name: tool, tool_use_id: id }) => {
          note('hook', event, tool, id)
          return {}
        },
      ],
    },
  ]
  return Object.fromEntries(HOOKS.map((event) => [event, hook(event)]))
}

function calculator({ sdk, note, turnspan }) {
  const add = async ({ a, b }) => {
    note('add', a, b)
    // What a program of turnspan's users would do in there.
    const sum = () => String(a + b)
    const text = turnspan ? turnspan.withSpan(sum, { name: `inside ${a}` }) : sum()
    return { content: [{ type: 'text', text }] }
  }
  const tool = sdk.tool('add', 'adds', { a: number(), b: number() }, add, { alwaysLoad: true })
  return sdk.createSdkMcpServer({ name: 'calc', version: '1.0.0', tools: [tool], alwaysLoad: true })
}

const withCalculator = (tools) =>
  readAll(
    tools.sdk.query({
      prompt: 'please',
      options: optionsOf(tools, { mcpServers: { calc: calculator(tools) } }),
    }),
    tools.note,
  )

export const probes = [
  probe('hello', 'hello', async (tools) => {
    const query = tools.sdk.query({ prompt: 'Hi!', options: optionsOf(tools) })
    tools.note(
      typeof query.interrupt,
      typeof query.setModel,
      typeof query.supportedModels,
      Object.prototype.toString.call(query),
      tools.sdk.query.name.length > 0,
      tools.sdk.query.length,
    )
    await readAll(query, tools.note)
  }),
  probe('parts', 'parts', ask({})),
  probe('bash', 'bash', async (tools) => ask({ hooks: hooksOf(tools.note) })(tools)),
  probe('partial', 'bash', ask({ includePartialMessages: true })),
  probe('failing', 'failing', ask({})),
  probe('denied', 'denied', async (tools) =>
    ask({
      permissionMode: 'default',
      allowDangerouslySkipPermissions: false,
      disallowedTools: [],
      hooks: {
        PreToolUse: [
          {
            hooks: [
              async () => ({
                hookSpecificOutput: {
                  hookEventName: 'PreToolUse',
                  permissionDecision: 'deny',
                  permissionDecisionReason: 'not here',
                },
              }),
            ],
          },
        ],
      },
    })(tools),
  ),
  probe('mcp', 'mcp', withCalculator),
  probe('parallel', 'parallel', async (tools) => {
    // Which of the two comes first is up to the process.
    const added = []
    const note = (first, ...rest) => (first === 'add' ? added.push(rest.join('+')) : tools.note(first))
    await withCalculator({ ...tools, note })
    return added.toSorted()
  }),
  probe(
    'agent',
    'agent',
    ask({ agents: { helper: { description: 'helps', prompt: 'You help.', tools: ['Bash'] } } }),
  ),
  probe('error', 'error-400', ask({})),
  probe('two', 'two', async (tools) => {
    let second
    const given = new Promise((resolve) => {
      second = resolve
    })
    async function* prompts() {
      yield prompt('first')
      await given
      yield prompt('second')
    }
    let results = 0
    const query = tools.sdk.query({ prompt: prompts(), options: optionsOf(tools) })
    await readAll(query, tools.note, ({ type }) => {
      if (type !== 'result') return undefined
      results += 1
      second()
      return results === 2 ? 'leave' : undefined
    })
  }),
  probe('resume', 'two', async (tools) => {
    let session
    const query = tools.sdk.query({ prompt: 'first', options: optionsOf(tools) })
    await readAll(query, tools.note, (message) => {
      session = message.session_id ?? session
    })
    await readAll(
      tools.sdk.query({ prompt: 'second', options: optionsOf(tools, { resume: session }) }),
      tools.note,
      (message) => tools.note(message.session_id === session),
    )
  }),
  probe(
    'environment',
    'environment',
    ask({}, ({ type }) => (type === 'user' ? 'leave' : undefined)),
  ),
  probe(
    'left',
    'bash',
    ask({}, ({ type }) => (type === 'assistant' ? 'leave' : undefined)),
  ),
  probe('aborted', 'hang', async (tools) => {
    const abortController = new AbortController()
    tools.arrived().then(() => abortController.abort())
    await readAll(
      tools.sdk.query({ prompt: 'Hi!', options: optionsOf(tools, { abortController }) }),
      () => undefined,
    )
  }),
  probe('interrupted', 'hang', async (tools) => {
    let end
    const ended = new Promise((resolve) => {
      end = resolve
    })
    async function* prompts() {
      yield prompt('Hi!')
      await ended
    }
    const query = tools.sdk.query({ prompt: prompts(), options: optionsOf(tools) })
    tools.arrived().then(() => query.interrupt())
    await readAll(
      query,
      () => undefined,
      ({ type, subtype }) => {
        if (type !== 'result') return undefined
        tools.note(subtype)
        end()
        return 'leave'
      },
    )
  }),
]
