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

/** Tools that start sub-agents, by their names in all versions. */
const STARTS_AGENT: ReadonlySet<unknown> = new Set(['Task', 'Agent'])

interface Called {
  readonly tool: HarnessTool
  readonly name: string
  readonly input: unknown
  agent: Scope | undefined
}

/** The tools of a query, and the sub-agents that they start. */
export class Tools {
  readonly #asked = new Map<string, Asked>()
  readonly #called = new Map<string, Called>()
  readonly #agents = new Map<string, Scope>()
  readonly #working = new Set<Scope>()
  readonly #leaving: (scope: Scope) => void

  /** @param leaving - a sub-agent is about to end */
  constructor(leaving: (scope: Scope) => void) {
    this.#leaving = leaving
  }

  /** The model asks for a tool: it may never be this.#called. */
  asked(id: string, tool: Asked): void {
    this.#asked.set(id, tool)
  }

  /** It is called: a hook says so, or there are no hooks. */
  begin(id: string, hook: HookInput, main: Scope): void {
    if (this.#called.has(id)) return
    const known = this.#asked.get(id)
    const scope = this.#agents.get(text(hook.agent_id) ?? '') ?? known?.scope ?? main
    this.#start(id, scope, text(hook.tool_name) ?? known?.name ?? 'tool', hook.tool_input ?? known?.input)
  }

  /** It has ended, as a hook or its result says. */
  end(
    id: string,
    { output, failure }: { output?: unknown; failure?: { type: string; message?: string | undefined } },
    at: number,
  ): void {
    const known = this.#asked.get(id)
    // Where no hook said that it began, it ran since it was asked for.
    const found =
      this.#called.get(id) ?? (known && this.#start(id, known.scope, known.name, known.input, known.at))
    if (found === undefined || !found.tool.isOpen) return
    const { agent } = found
    if (agent !== undefined && !isLaunched(output))
      this.#finish(agent, (scope) => scope.turn.end({ endTime: at }))
    if (failure === undefined) found.tool.end({ output, endTime: at })
    else found.tool.fail(failure, { endTime: at })
  }

  /** The open tool with this ID. */
  open(id: string): HarnessTool | undefined {
    const tool = this.#called.get(id)?.tool
    return tool?.isOpen ? tool : undefined
  }

  /** The sub-agent that the tool with this ID started; `undefined` where that tool is not known. */
  agentOf(toolId: string, at: number): Scope | undefined {
    const found = this.#called.get(toolId)
    if (found !== undefined) return this.#agentBelow(found, at)
    const known = this.#asked.get(toolId)
    return known && this.#agentBelow(this.#start(toolId, known.scope, known.name, known.input, known.at), at)
  }

  /** A sub-agent says who it is. */
  agentStarts(agentId: string, type: string | undefined, at: number): void {
    if (this.#agents.has(agentId)) return
    for (const found of this.#called.values()) {
      const isIts = STARTS_AGENT.has(found.name) && found.agent === undefined && found.tool.isOpen
      if (!isIts || (text(dataAt(found.input, 'subagent_type')) ?? type) !== type) continue
      this.#agents.set(agentId, this.#agentBelow(found, at))
      return
    }
  }

  /** The sub-agent with this ID is the one of that tool. */
  agentIs(agentId: string, toolId: string, at: number): void {
    const found = this.#called.get(toolId)
    if (found !== undefined) this.#agents.set(agentId, this.#agentBelow(found, at))
  }

  /** The scope of a sub-agent, by its ID. */
  agent(agentId: unknown): Scope | undefined {
    return this.#agents.get(text(agentId) ?? '')
  }

  agentEnds(agentId: string, { output, failed }: { output?: unknown; failed?: boolean }): void {
    const scope = this.#agents.get(agentId)
    if (scope === undefined) return
    this.#finish(scope, ({ turn }) => {
      if (failed) turn.fail({ type: 'agent_failed' }, { output })
      else turn.end({ output })
    })
  }

  /** Whether a sub-agent is at work. */
  busy(): boolean {
    return this.#working.size > 0
  }

  /** The turn is over: what is still known of it is forgotten. */
  clear(): void {
    for (const scope of this.#working) this.#finish(scope, ({ turn }) => turn.end())
    this.#asked.clear()
    this.#called.clear()
    this.#agents.clear()
  }

  #start(id: string, scope: Scope, name: string, input: unknown, startTime?: number): Called {
    const tool = scope.turn.tool({ name, arguments: input, callId: id, startTime })
    const found: Called = { tool, name, input, agent: undefined }
    this.#called.set(id, found)
    return found
  }

  #agentBelow(found: Called, at: number): Scope {
    if (found.agent !== undefined) return found.agent
    const turn = found.tool.subAgent({
      agent: text(dataAt(found.input, 'subagent_type')) ?? 'agent',
      input: dataAt(found.input, 'prompt'),
      // It may go on when its tool has ended.
      background: true,
    })
    found.agent = newScope(turn, at)
    this.#working.add(found.agent)
    return found.agent
  }

  #finish(scope: Scope, end: (scope: Scope) => void): void {
    if (!this.#working.delete(scope)) return
    this.#leaving(scope)
    end(scope)
  }
}

/** The tool only started the agent, which goes on behind it. */
const isLaunched = (output: unknown): boolean => isPlainObject(output) && output.status === 'async_launched'
