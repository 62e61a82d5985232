import type { Context } from '@opentelemetry/api'
import { applyUpdate } from '../../context/trace-update.ts'
import { nowMs } from '../../runtime/clock.ts'
import { isLiveSpan } from '../../span/live-span.ts'
import type { Harness, Turn } from '../base/harness/index.ts'
import { ABANDONED, dataAt, itemsOf, keys, number, read, runIn, text } from '../base/index.ts'
import { createLedger } from './ledger.ts'
import { createModelCalls, give, newScope, type Scope } from './model-calls.ts'
import { createTools, type HookInput } from './tools.ts'

/** What the program asked for. */
export interface Asked {
  readonly prompt: unknown
  readonly options: unknown
}

/** One query: its turns, in the order of what the process tells. */
export interface Session {
  /** The turn that is open, begun if need be. */
  turn(): Turn
  /** A message came to the program. */
  message(message: unknown): void
  hook(input: HookInput): void
  /** The program gave another prompt. */
  prompted(message: unknown): void
  interrupted(): void
  /** Runs `fn` inside of the tool that the model called with this ID. */
  inTool<T>(id: string, fn: () => T): T
  done(): void
  failed(error: unknown): void
  stopped(reason: unknown, at: number | undefined): void
}

export function createSession(harness: Harness, asked: Asked, outside: Context): Session {
  const { options } = asked
  const setting = (key: string): string | undefined => text(dataAt(options, key))
  let model = setting('model')
  let sessionId = setting('resume') ?? setting('sessionId')
  let main: Scope | undefined
  let isInterrupted = false
  let prompts: unknown[] = typeof asked.prompt === 'string' ? [asked.prompt] : []
  let answer: unknown
  const continues = setting('resume') !== undefined || dataAt(options, 'continue') === true
  const calls = createModelCalls(createLedger(continues), () => model)
  const tools = createTools((scope) => calls.complete(scope))

  const open = (): Scope => {
    if (main !== undefined) return main
    const input = prompts.length > 1 ? prompts : prompts[0]
    const agent = setting('agent')
    const turn = runIn(outside, () => harness.turn({ agent, model, sessionId, input }))
    main = newScope(turn, nowMs(), true)
    for (const prompt of prompts) give(main, { role: 'user', content: prompt }, main.since)
    prompts = []
    isInterrupted = false
    answer = undefined
    return main
  }
  /** Ends the turn, however it went. */
  const close = (how: (turn: Turn) => void): void => {
    if (main === undefined) return
    const scope = main
    main = undefined
    calls.complete(scope)
    calls.giveUp()
    tools.clear()
    how(scope.turn)
  }
  const named = (id: string | undefined): void => {
    if (id === undefined) return
    sessionId = id
    const span = main?.turn.span
    if (!isLiveSpan(span)) return
    span.setAttribute(keys.CONVERSATION_ID, id)
    // A session that the program named is the one that it looks for.
    if (span.trace.sessionId === undefined) applyUpdate(span.trace, { sessionId: id }, span.host)
  }
  const scopeOf = (message: unknown, at: number): Scope => {
    const parent = text(dataAt(message, 'parent_tool_use_id'))
    return (parent === undefined ? undefined : tools.agentOf(parent, at)) ?? open()
  }
  const result = (message: unknown, at: number): void => {
    const scope = open()
    calls.complete(scope)
    calls.settle(scope.turn, message)
    const said = dataAt(message, 'result')
    answer = dataAt(message, 'structured_output') ?? said ?? answer
    const failure = failureOf(message)
    // What works in the background reports to the same turn, and it answers once more.
    if (failure === undefined && tools.busy()) return
    const end = { output: answer, endTime: at }
    close((turn) => {
      if (isInterrupted) turn.cancel('interrupted', end)
      else if (failure === undefined) turn.end(end)
      else turn.fail(failure, end)
    })
  }
  const system = (message: unknown, at: number): void => {
    const [taskId, toolId] = [text(dataAt(message, 'task_id')), text(dataAt(message, 'tool_use_id'))]
    switch (dataAt(message, 'subtype')) {
      case 'init':
        model = text(dataAt(message, 'model')) ?? model
        open()
        named(text(dataAt(message, 'session_id')))
        break
      case 'api_retry':
        calls.retried({
          attempt: number(dataAt(message, 'attempt')) ?? 1,
          status: number(dataAt(message, 'error_status')),
          error: text(dataAt(message, 'error')),
        })
        break
      case 'task_started':
        if (taskId !== undefined && toolId !== undefined && dataAt(message, 'task_type') === 'local_agent')
          tools.agentIs(taskId, toolId, at)
        break
      case 'task_notification':
        if (taskId !== undefined)
          tools.agentEnds(taskId, {
            output: dataAt(message, 'summary'),
            failed: dataAt(message, 'status') === 'failed',
          })
        break
    }
  }
  const assistant = (message: unknown, at: number): void => {
    const scope = scopeOf(message, at)
    const said = dataAt(message, 'message')
    const error = text(dataAt(message, 'error'))
    if (error !== undefined) {
      const words = itemsOf(dataAt(said, 'content')).map((block) => text(dataAt(block, 'text')))
      calls.failed(scope, { type: error, message: words.filter(Boolean).join('\n') || undefined }, at)
      return
    }
    calls.message(scope, said, at)
    for (const block of itemsOf(dataAt(said, 'content'))) {
      const [id, name] = [text(dataAt(block, 'id')), text(dataAt(block, 'name'))]
      if (dataAt(block, 'type') !== 'tool_use' || id === undefined || name === undefined) continue
      tools.asked(id, { scope, name, input: dataAt(block, 'input'), at })
    }
  }
  const user = (message: unknown, at: number): void => {
    const scope = scopeOf(message, at)
    const said = dataAt(message, 'message')
    give(scope, said, at)
    for (const block of itemsOf(dataAt(said, 'content'))) {
      const id = text(dataAt(block, 'tool_use_id'))
      if (dataAt(block, 'type') !== 'tool_result' || id === undefined) continue
      const output = dataAt(message, 'tool_use_result') ?? dataAt(block, 'content')
      const failed = dataAt(block, 'is_error') === true
      tools.end(
        id,
        failed ? { failure: { type: 'tool_error', message: wordsOf(dataAt(block, 'content')) } } : { output },
        at,
      )
    }
  }
  return {
    turn: () => open().turn,
    message(message) {
      const at = timeOf(message)
      switch (dataAt(message, 'type')) {
        case 'system':
          return system(message, at)
        case 'assistant':
          return assistant(message, at)
        case 'user':
          return user(message, at)
        case 'stream_event':
          return calls.event(scopeOf(message, at), dataAt(message, 'event'), at)
        case 'result':
          return result(message, at)
      }
    },
    hook(input) {
      const at = nowMs()
      const [tool, agent] = [text(input.tool_use_id), text(input.agent_id)]
      switch (input.hook_event_name) {
        case 'PreToolUse':
          if (tool !== undefined) tools.begin(tool, input, open())
          break
        case 'PostToolUse':
          if (tool !== undefined) tools.end(tool, { output: input.tool_response }, at)
          break
        case 'PostToolUseFailure':
          if (tool !== undefined) tools.end(tool, { failure: failureOfTool(input) }, at)
          break
        case 'SubagentStart':
          if (agent !== undefined) tools.agentStarts(agent, text(input.agent_type), at)
          break
        case 'SubagentStop':
          if (agent !== undefined) tools.agentEnds(agent, { output: input.last_assistant_message })
          break
      }
    },
    prompted(message) {
      const content = read(message, 'message', 'content')
      if (main !== undefined && main.given.length === 0 && main.call === undefined) {
        give(main, { role: 'user', content }, main.since)
        main.turn.span.setInputs(content)
        return
      }
      prompts.push(content)
      if (main === undefined) open()
    },
    interrupted: () => {
      isInterrupted = main !== undefined
    },
    inTool: (id, fn) => {
      const tool = tools.open(id)
      return tool === undefined ? fn() : tool.run(fn)
    },
    done: () => close((turn) => turn.end({ output: answer })),
    failed: (error) =>
      close((turn) => {
        if (isAborted(options)) turn.cancel('aborted', { output: answer })
        else turn.fail(error, { output: answer })
      }),
    stopped: (reason, at) =>
      close((turn) =>
        turn.end({
          output: answer,
          attributes: { [keys.CALL_END]: reason === ABANDONED ? 'abandoned' : 'stopped' },
          endTime: at,
        }),
      ),
  }
}

const isAborted = (options: unknown): boolean =>
  read(dataAt(options, 'abortController'), 'signal', 'aborted') === true

/** When the process wrote a message; older versions do not say it. */
function timeOf(message: unknown): number {
  const now = nowMs()
  const told = Date.parse(text(dataAt(message, 'timestamp')) ?? '')
  return Number.isNaN(told) ? now : Math.min(told, now)
}

function failureOf(result: unknown): { type: string; message: string | undefined } | undefined {
  const type = text(dataAt(result, 'subtype')) ?? 'error'
  if (type === 'success' && dataAt(result, 'is_error') !== true) return undefined
  const errors = itemsOf(dataAt(result, 'errors')).map(text).filter(Boolean).join('\n')
  return {
    type: type === 'success' ? (text(dataAt(result, 'terminal_reason')) ?? 'error') : type,
    message: errors === '' ? text(dataAt(result, 'result')) : errors,
  }
}

const failureOfTool = ({
  error,
  is_interrupt: isInterrupt,
}: HookInput): { type: string; message?: string | undefined } => ({
  type: isInterrupt === true ? 'interrupted' : 'tool_error',
  message: text(error),
})

/** The text of a result. */
function wordsOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  return itemsOf(content)
    .map((block) => text(dataAt(block, 'text')))
    .filter(Boolean)
    .join('\n')
}
