import {
  dataAt,
  dataOf,
  type Fields,
  fieldsOf,
  keys,
  list,
  read,
  SpanType,
  type StepInit,
  text,
} from '../base/index.ts'
import type { Run } from './runs.ts'

/** What is known of a span of the SDK when it begins. */
export function describeStart(kind: string, data: unknown): StepInit {
  const name = text(dataAt(data, 'name'))
  switch (kind) {
    case 'agent':
      return agent(name ?? 'Agent')
    case 'function':
      return { name: name ?? 'function', spanType: SpanType.TOOL }
    case 'guardrail':
      return { name: name ?? 'guardrail', spanType: SpanType.GUARDRAIL }
    case 'turn':
      return {
        name: `turn ${String(read(data, 'turn'))}`,
        spanType: SpanType.CHAIN,
        attributes: { 'openai_agents.turn': read(data, 'turn') },
      }
    case 'handoff':
      return {
        name: 'handoff',
        spanType: SpanType.TASK,
        attributes: { 'openai_agents.handoff.from': text(read(data, 'from_agent')) },
      }
    case 'mcp_tools':
      return {
        name: `tools/list ${text(read(data, 'server')) ?? ''}`.trim(),
        spanType: SpanType.CHAIN,
        attributes: { 'openai_agents.mcp.server': text(read(data, 'server')) },
      }
    default:
      return { name: name ?? kind, spanType: SpanType.CHAIN }
  }
}

/** The work of one agent. */
export const agent = (name: string): StepInit => ({
  name: `agent:${name}`,
  spanType: SpanType.AGENT,
  attributes: { [keys.AGENT_NAME]: name },
})

/** What is known more when it ends. */
export function describeEnd({ kind, step: { span } }: Run, data: unknown, withContent: boolean): void {
  const content = withContent && span.wantsContent
  switch (kind) {
    case 'agent':
      span.setAttributes(agentFacts(data))
      return
    case 'function':
      if (text(read(data, 'mcp_data')) !== undefined) span.setAttribute('openai_agents.mcp', true)
      if (!content) return
      // Both are empty where the program keeps content out of traces.
      if (text(read(data, 'input')) !== undefined) span.setInputs(parsed(read(data, 'input')))
      if (text(read(data, 'output')) !== undefined) span.setOutputs(parsed(read(data, 'output')))
      return
    case 'guardrail':
      span.setAttribute('openai_agents.guardrail.triggered', read(data, 'triggered') === true)
      return
    case 'handoff': {
      const to = text(read(data, 'to_agent'))
      if (to === undefined) return
      span.updateName(`handoff:${to}`)
      span.setAttribute('openai_agents.handoff.to', to)
      return
    }
    case 'mcp_tools':
      span.setAttribute('openai_agents.mcp.tools', list(read(data, 'result')))
      return
    case 'custom':
      if (content) span.setOutputs(dataOf(dataAt(data, 'data')))
      return
  }
}

/** What the SDK says of an agent: names of its tools and of those that it may hand over to. */
export function agentFacts(data: unknown): Fields {
  const facts = fieldsOf(data)
  const names = (key: string): readonly unknown[] | undefined => {
    const found = list(facts[key])
    return found.length > 0 ? found : undefined
  }
  return Object.fromEntries(
    Object.entries({
      'openai_agents.agent.tools': names('tools'),
      'openai_agents.agent.handoffs': names('handoffs'),
      'openai_agents.agent.output_type': text(facts.output_type),
    }).filter(([, value]) => value !== undefined),
  )
}

/** Arguments and results of tools as the SDK has them, which is as text. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}
