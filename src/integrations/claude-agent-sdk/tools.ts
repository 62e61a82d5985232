import type { HarnessTool } from '../base/harness/index.ts'
import { dataAt, isPlainObject, text } from '../base/index.ts'
import { newScope, type Scope } from './model-calls.ts'

/** A tool as the model asked for it. */
interface Asked {
  readonly scope: Scope
  readonly name: string
  readonly input: unknown
  readonly at: number
}

/** What a hook of the SDK tells. */
export interface HookInput {
  readonly hook_event_name?: unknown
  readonly session_id?: unknown
  readonly agent_id?: unknown
  readonly agent_type?: unknown
  readonly tool_name?: unknown
  readonly tool_input?: unknown
  readonly tool_response?: unknown
  readonly tool_use_id?: unknown
  readonly duration_ms?: unknown
  readonly error?: unknown
  readonly is_interrupt?: unknown
  readonly last_assistant_message?: unknown
}

export interface Tools {
  /** The model asks for a tool: it may never be called. */
  asked(id: string, tool: Asked): void
  /** It is called: a hook says so, or there are no hooks. */
  begin(id: string, hook: HookInput, main: Scope): void
  /** It has ended, as a hook or its result says. */
  end(
    id: string,
    how: { output?: unknown; failure?: { type: string; message?: string | undefined } },
    at: number,
  ): void
  /** The open tool with this ID. */
  open(id: string): HarnessTool | undefined
  /** The sub-agent that the tool with this ID started; `undefined` where that tool is not known. */
  agentOf(toolId: string, at: number): Scope | undefined
  /** A sub-agent says who it is. */
  agentStarts(agentId: string, type: string | undefined, at: number): void
  /** The sub-agent with this ID is the one of that tool. */
  agentIs(agentId: string, toolId: string, at: number): void
  /** The scope of a sub-agent, by its ID. */
  agent(agentId: unknown): Scope | undefined
  agentEnds(agentId: string, end: { output?: unknown; failed?: boolean }): void
  /** Whether a sub-agent is at work. */
  busy(): boolean
  /** The turn is over: what is still known of it is forgotten. */
  clear(): void
}

/** Tools that start sub-agents, by their names in all versions. */
const STARTS_AGENT: ReadonlySet<unknown> = new Set(['Task', 'Agent'])

interface Called {
  readonly tool: HarnessTool
  readonly name: string
  readonly input: unknown
  agent: Scope | undefined
}

/** @param leaving - a sub-agent is about to end */
export function createTools(leaving: (scope: Scope) => void): Tools {
  const asked = new Map<string, Asked>()
  const called = new Map<string, Called>()
  const agents = new Map<string, Scope>()
  const working = new Set<Scope>()

  const start = (id: string, scope: Scope, name: string, input: unknown, startTime?: number): Called => {
    const tool = scope.turn.tool({ name, arguments: input, callId: id, startTime })
    const found: Called = { tool, name, input, agent: undefined }
    called.set(id, found)
    return found
  }
  const agentBelow = (found: Called, at: number): Scope => {
    if (found.agent !== undefined) return found.agent
    const turn = found.tool.subAgent({
      agent: text(dataAt(found.input, 'subagent_type')) ?? 'agent',
      input: dataAt(found.input, 'prompt'),
      // It may go on when its tool has ended.
      background: true,
    })
    found.agent = newScope(turn, at)
    working.add(found.agent)
    return found.agent
  }
  const finish = (scope: Scope, end: (scope: Scope) => void): void => {
    if (!working.delete(scope)) return
    leaving(scope)
    end(scope)
  }
  return {
    asked: (id, tool) => void asked.set(id, tool),
    begin(id, hook, main) {
      if (called.has(id)) return
      const known = asked.get(id)
      const scope = agents.get(text(hook.agent_id) ?? '') ?? known?.scope ?? main
      start(id, scope, text(hook.tool_name) ?? known?.name ?? 'tool', hook.tool_input ?? known?.input)
    },
    end(id, { output, failure }, at) {
      const known = asked.get(id)
      // Where no hook said that it began, it ran since it was asked for.
      const found = called.get(id) ?? (known && start(id, known.scope, known.name, known.input, known.at))
      if (found === undefined || !found.tool.isOpen) return
      const { agent } = found
      if (agent !== undefined && !isLaunched(output))
        finish(agent, (scope) => scope.turn.end({ endTime: at }))
      if (failure === undefined) found.tool.end({ output, endTime: at })
      else found.tool.fail(failure, { endTime: at })
    },
    open(id) {
      const tool = called.get(id)?.tool
      return tool?.isOpen ? tool : undefined
    },
    agentOf(toolId, at) {
      const found = called.get(toolId)
      if (found !== undefined) return agentBelow(found, at)
      const known = asked.get(toolId)
      return known && agentBelow(start(toolId, known.scope, known.name, known.input, known.at), at)
    },
    agentStarts(agentId, type, at) {
      if (agents.has(agentId)) return
      for (const found of called.values()) {
        const isIts = STARTS_AGENT.has(found.name) && found.agent === undefined && found.tool.isOpen
        if (!isIts || (text(dataAt(found.input, 'subagent_type')) ?? type) !== type) continue
        agents.set(agentId, agentBelow(found, at))
        return
      }
    },
    agentIs(agentId, toolId, at) {
      const found = called.get(toolId)
      if (found !== undefined) agents.set(agentId, agentBelow(found, at))
    },
    agent: (agentId) => agents.get(text(agentId) ?? ''),
    agentEnds(agentId, { output, failed }) {
      const scope = agents.get(agentId)
      if (scope === undefined) return
      finish(scope, ({ turn }) => {
        if (failed) turn.fail({ type: 'agent_failed' }, { output })
        else turn.end({ output })
      })
    },
    busy: () => working.size > 0,
    clear() {
      for (const scope of working) finish(scope, ({ turn }) => turn.end())
      asked.clear()
      called.clear()
      agents.clear()
    },
  }
}

/** The tool only started the agent, which goes on behind it. */
const isLaunched = (output: unknown): boolean => isPlainObject(output) && output.status === 'async_launched'
