import { nowMs } from '../../runtime/clock.ts'
import { dataAt, itemsOf, number, text } from '../base/index.ts'
import { give, type ModelCalls, type Scope } from './model-calls.ts'
import type { HookInput, Tools } from './tools.ts'
import type { Turns } from './turns.ts'

/** What is known of one query. */
export interface Parts {
  readonly turns: Turns
  readonly calls: ModelCalls
  readonly tools: Tools
}

/** Takes a message that came to the program. */
export function readMessage(parts: Parts, message: unknown): void {
  const at = timeOf(message)
  switch (dataAt(message, 'type')) {
    case 'system':
      readSystem(parts, message, at)
      break
    case 'assistant':
      readAssistant(parts, message, at)
      break
    case 'user':
      readUser(parts, message, at)
      break
    case 'stream_event':
      parts.calls.event(scopeOf(parts, message, at), dataAt(message, 'event'), at)
      break
    case 'result':
      readResult(parts, message, at)
      break
  }
}

/** Takes what a hook tells. */
export function readHook({ turns, tools }: Parts, input: HookInput): void {
  const at = nowMs()
  const [tool, agent] = [text(input.tool_use_id), text(input.agent_id)]
  switch (input.hook_event_name) {
    case 'PreToolUse':
      if (tool !== undefined) tools.begin(tool, input, turns.open())
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
}

/** The main thread, or the sub-agent that a message is of. */
function scopeOf({ turns, tools }: Parts, message: unknown, at: number): Scope {
  const parent = text(dataAt(message, 'parent_tool_use_id'))
  return (parent === undefined ? undefined : tools.agentOf(parent, at)) ?? turns.open()
}

function readSystem({ turns, calls, tools }: Parts, message: unknown, at: number): void {
  const [task, tool] = [text(dataAt(message, 'task_id')), text(dataAt(message, 'tool_use_id'))]
  const main = turns.current()
  switch (dataAt(message, 'subtype')) {
    case 'init':
      turns.model = text(dataAt(message, 'model')) ?? turns.model
      // The process is up: what came before is no time of the model.
      turns.open().since = at
      turns.named(text(dataAt(message, 'session_id')))
      break
    case 'status':
      if (main !== undefined && dataAt(message, 'status') === 'requesting') main.since = at
      break
    case 'api_retry':
      calls.retried({
        attempt: number(dataAt(message, 'attempt')) ?? 1,
        status: number(dataAt(message, 'error_status')),
        error: text(dataAt(message, 'error')),
      })
      break
    case 'task_started':
      if (task !== undefined && tool !== undefined && dataAt(message, 'task_type') === 'local_agent')
        tools.agentIs(task, tool, at)
      break
    case 'task_notification':
      if (task !== undefined)
        tools.agentEnds(task, {
          output: dataAt(message, 'summary'),
          failed: dataAt(message, 'status') === 'failed',
        })
      break
  }
}

function readAssistant(parts: Parts, message: unknown, at: number): void {
  const scope = scopeOf(parts, message, at)
  const said = dataAt(message, 'message')
  const error = text(dataAt(message, 'error'))
  if (error !== undefined) {
    const failure = {
      type: error === 'unknown' ? API_ERROR : error,
      message: wordsOf(dataAt(said, 'content')),
    }
    parts.calls.failed(scope, failure, at)
    return
  }
  parts.calls.message(scope, said, at)
  for (const block of itemsOf(dataAt(said, 'content'))) {
    const [id, name] = [text(dataAt(block, 'id')), text(dataAt(block, 'name'))]
    if (dataAt(block, 'type') !== 'tool_use' || id === undefined || name === undefined) continue
    parts.tools.asked(id, { scope, name, input: dataAt(block, 'input'), at })
  }
}

function readUser(parts: Parts, message: unknown, at: number): void {
  const scope = scopeOf(parts, message, at)
  const said = dataAt(message, 'message')
  give(scope, said, at)
  for (const block of itemsOf(dataAt(said, 'content'))) {
    const id = text(dataAt(block, 'tool_use_id'))
    if (dataAt(block, 'type') !== 'tool_result' || id === undefined) continue
    const content = dataAt(block, 'content')
    const failed = dataAt(block, 'is_error') === true
    const output = dataAt(message, 'tool_use_result') ?? content
    const failure = { type: 'tool_error', message: wordsOf(content) }
    parts.tools.end(id, failed ? { failure } : { output }, at)
  }
}

function readResult({ turns, calls, tools }: Parts, message: unknown, at: number): void {
  const scope = turns.open()
  calls.complete(scope)
  calls.settle(scope.turn, message)
  turns.answer = dataAt(message, 'structured_output') ?? dataAt(message, 'result') ?? turns.answer
  const failure = failureOf(message)
  // What works in the background reports to the same turn, and that one answers once more.
  if (failure === undefined && tools.busy()) return
  const end = { output: turns.answer, endTime: at }
  turns.close((turn) => {
    if (turns.isInterrupted) turn.cancel('interrupted', end)
    else if (failure === undefined) turn.end(end)
    else turn.fail(failure, end)
  })
}

/** What failed is a request to the model, and the process says no more. */
const API_ERROR = 'api_error'

interface Failure {
  readonly type: string
  readonly message: string | undefined
}

function failureOf(result: unknown): Failure | undefined {
  const type = text(dataAt(result, 'subtype')) ?? 'success'
  if (type === 'success' && dataAt(result, 'is_error') !== true) return undefined
  const reason = text(dataAt(result, 'terminal_reason'))
  const errors = itemsOf(dataAt(result, 'errors')).map(text).filter(Boolean).join('\n')
  return {
    type: type !== 'success' ? type : reason === undefined || reason === 'completed' ? API_ERROR : reason,
    message: errors === '' ? text(dataAt(result, 'result')) : errors,
  }
}

const failureOfTool = ({ error, is_interrupt: isInterrupt }: HookInput): Failure => ({
  type: isInterrupt === true ? 'interrupted' : 'tool_error',
  message: text(error),
})

/** When the process wrote a message; older versions do not say it. */
function timeOf(message: unknown): number {
  const now = nowMs()
  const told = Date.parse(text(dataAt(message, 'timestamp')) ?? '')
  return Number.isNaN(told) ? now : Math.min(told, now)
}

/** The text of a result, or of an answer. */
function wordsOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  const words = itemsOf(content).map((block) => text(dataAt(block, 'text')))
  return words.filter(Boolean).join('\n') || undefined
}
