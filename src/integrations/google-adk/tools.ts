import { types } from 'node:util'
import {
  dataAt,
  follow,
  keys,
  type Method,
  ownerOf,
  type Patches,
  quietly,
  SpanType,
  text,
} from '../base/index.ts'
import { type AdkSpan, adkSpanHere } from './adk-span.ts'

const ARGUMENTS = 'gcp.vertex.agent.tool_call_args'
const RESULT = 'gcp.vertex.agent.tool_response'
/** By this tool of ADK's a model hands over to another agent. */
const TRANSFER = 'transfer_to_agent'

/**
 * Observes `runBeforeToolCallback({ tool })` of ADK's plugin manager, which it asks before each tool: whatever class the
 * tool is of, its `runAsync` is observed from then on.
 */
export function observeToolCallback(original: Method, patches: Patches): Method {
  return function (this: unknown, ...args) {
    quietly(() => {
      const tool = dataAt(args[0], 'tool')
      // On a class, of which there are few. A tool that has the method itself may be one of any number.
      if (!types.isProxy(tool) && ownerOf(tool, 'runAsync') !== tool)
        patches.wrap(tool, 'runAsync', observeTool)
    })
    return Reflect.apply(original, this, args)
  }
}

function observeTool(original: Method): Method {
  return function (this: unknown, ...args) {
    const span = quietly(toolSpan)
    if (span === undefined) return Reflect.apply(original, this, args)
    quietly(() => begin(span, args[0]))
    let returned: unknown
    try {
      returned = Reflect.apply(original, this, args)
    } catch (error) {
      quietly(() => span.fail(error))
      throw error
    }
    return follow(returned, {
      item: () => undefined,
      done: (result) => end(span, result),
      failed: (error) => span.fail(error),
      stopped: () => undefined,
      run: (fn) => fn(),
    })
  }
}

const SPAN_NAME = /^execute_tool /

/** ADK's span of this very call: a tool that calls another by itself has none for that one. */
function toolSpan(): AdkSpan | undefined {
  const span = adkSpanHere(SPAN_NAME, SpanType.TOOL)
  return span?.note.attributes[keys.TOOL_NAME] === undefined ? span : undefined
}

const nameOf = ({ name }: AdkSpan): string => name.replace(SPAN_NAME, '')

function begin(span: AdkSpan, given: unknown): void {
  const name = nameOf(span)
  const args = dataAt(given, 'args')
  const context = dataAt(given, 'toolContext')
  span.set(keys.TOOL_NAME, name)
  span.set(keys.TOOL_CALL_ID, text(dataAt(context, 'functionCallId')))
  span.say(ARGUMENTS, args)
  if (name !== TRANSFER) return
  span.note.spanType = SpanType.TASK
  const to = span.wantsContent ? text(dataAt(args, 'agentName')) : undefined
  span.rename(to === undefined ? 'handoff' : `handoff:${to}`)
  span.set('google_adk.transfer.from', text(dataAt(dataAt(context, 'invocationContext', 'agent'), 'name')))
  span.set('google_adk.transfer.to', to)
}

function end(span: AdkSpan, result: unknown): void {
  if (nameOf(span) === TRANSFER || result === undefined) return
  span.say(RESULT, typeof result === 'object' && result !== null ? result : { result })
}
