import { applyUpdate } from '../../context/trace-update.ts'
import { isLiveSpan } from '../../span/is-live-span.ts'
import type { createHarness, HarnessTool, Turn } from '../base/harness/index.ts'
import { ABANDONED, dataAt, dataOf, type Follower, keys, read, text } from '../base/index.ts'
import { noteOf, toolOf } from './items.ts'
import { usageOfTurn } from './usage.ts'

type Harness = ReturnType<typeof createHarness>

/** A turn of a thread, as far as Codex has told. */
interface Running {
  readonly turn: Turn
  readonly model: string | undefined
  /** Whether the thread began with this turn. */
  readonly isFirst: boolean
  threadId: string | undefined
  /** What the agent said last. */
  said: unknown
  readonly tools: Map<unknown, HarnessTool>
}

/** Follows the events of one turn. Nothing happens before the program asks for the first, and neither does the turn begin. */
export function createTurn(harness: Harness, thread: object, args: readonly unknown[]): Follower {
  let running: Running | undefined
  const started = (): Running => {
    running ??= begin(harness, thread, args[0])
    return running
  }
  return {
    item: (event) => told(started(), event),
    done() {
      const { turn, said } = started()
      turn.end({ output: said })
    },
    failed(error) {
      const { turn, said } = started()
      if (read(args[1], 'signal', 'aborted') === true) turn.cancel('aborted', { output: said })
      else turn.fail(error, { output: said })
    },
    stopped(reason, at) {
      const how = reason === ABANDONED ? 'abandoned' : 'stopped'
      running?.turn.end({ output: running.said, attributes: { [keys.CALL_END]: how }, endTime: at })
    },
    run: (fn) => started().turn.run(fn),
  }
}

function begin(harness: Harness, thread: object, input: unknown): Running {
  const options = dataAt(thread, '_threadOptions')
  const threadId = text(dataAt(thread, '_id'))
  const model = text(dataAt(options, 'model')) ?? text(dataAt(thread, '_options', 'config', 'model'))
  const turn = harness.turn({
    model,
    input: dataOf(input),
    sessionId: threadId,
    attributes: settingsOf(options),
  })
  return { turn, model, isFirst: threadId === undefined, threadId, said: undefined, tools: new Map() }
}

/** Settings of a thread that say how its agent works. */
const SETTINGS: Readonly<Record<string, string>> = {
  sandboxMode: 'codex.sandbox_mode',
  approvalPolicy: 'codex.approval_policy',
  webSearchMode: 'codex.web_search_mode',
  modelReasoningEffort: 'gen_ai.request.reasoning.level',
}

const settingsOf = (options: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([key, name]) => {
      const value = text(dataAt(options, key))
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** One event of Codex. */
function told(running: Running, event: unknown): void {
  const { turn } = running
  const item = read(event, 'item')
  switch (read(event, 'type')) {
    case 'thread.started':
      noteThread(running, text(read(event, 'thread_id')))
      return
    case 'item.started':
      begun(running, item)
      return
    case 'item.completed':
      completed(running, item)
      return
    case 'turn.completed': {
      const usage = usageOfTurn(running, read(event, 'usage'))
      if (usage !== undefined) turn.usage(usage, { model: running.model })
      return
    }
    case 'turn.failed':
      turn.fail(
        { type: 'turn_failed', message: text(read(event, 'error', 'message')) },
        { output: running.said },
      )
      return
    case 'error':
      note(running, 'error', { message: text(read(event, 'message')) })
      return
  }
}

function noteThread(running: Running, threadId: string | undefined): void {
  const { span } = running.turn
  running.threadId = threadId
  if (threadId === undefined) return
  span.setAttribute(keys.CONVERSATION_ID, threadId)
  // A session that the program names says more.
  if (isLiveSpan(span) && span.trace.sessionId === undefined) {
    applyUpdate(span.trace, { sessionId: threadId }, span.host)
  }
}

function begun({ turn, tools }: Running, item: unknown): HarnessTool | undefined {
  const tool = toolOf(item)
  if (tool === undefined) return undefined
  const handle = turn.tool({ name: tool.name, arguments: tool.arguments, callId: text(read(item, 'id')) })
  tools.set(read(item, 'id'), handle)
  return handle
}

function completed(running: Running, item: unknown): void {
  const tool = toolOf(item)
  if (tool !== undefined) {
    const id = read(item, 'id')
    const handle = running.tools.get(id) ?? begun(running, item)
    running.tools.delete(id)
    const end = { output: tool.output, attributes: tool.attributes }
    if (tool.failure === undefined) handle?.end(end)
    else handle?.fail(tool.failure, end)
    return
  }
  if (read(item, 'type') === 'agent_message') {
    running.said = read(item, 'text')
    return
  }
  const noted = noteOf(item)
  if (noted !== undefined) note(running, noted.name, noted.content)
}

/** What is said of a turn beside its work; all of it is content, but that it was said. */
function note({ turn }: Running, name: string, content: Readonly<Record<string, unknown>>): void {
  turn.span.addEvent(`codex.${name}`, turn.capturesContent ? { ...content } : {})
}
