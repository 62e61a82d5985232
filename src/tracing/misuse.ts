import { sayArgument } from '../config/arguments.ts'
import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import type { SpanOptions } from '../tracer/span-options.ts'
import type { AgentTurn, StartSpanOptions, ToolCall, WithSpanOptions } from './call-options.ts'
import type { TraceOptions } from './traced-function.ts'

const SPAN: Readonly<Record<keyof SpanOptions, true>> = {
  name: true,
  spanType: true,
  inputs: true,
  attributes: true,
  sampleRatio: true,
  links: true,
  responseId: true,
  nest: true,
}
const WITH_SPAN: Readonly<Record<keyof WithSpanOptions, true>> = {
  ...SPAN,
  captureOutputs: true,
  outputReducer: true,
}
const START_SPAN: Readonly<Record<keyof StartSpanOptions, true>> = { ...SPAN, parent: true, startTime: true }
const TRACE: Readonly<Record<keyof TraceOptions, true>> = {
  name: true,
  spanType: true,
  attributes: true,
  sampleRatio: true,
  responseId: true,
  nest: true,
  captureInputs: true,
  captureOutputs: true,
  outputReducer: true,
}
const AGENT: Readonly<Record<keyof AgentTurn, true>> = {
  agent: true,
  model: true,
  provider: true,
  responseId: true,
  sessionId: true,
  user: true,
  input: true,
  nest: true,
  attributes: true,
  sampleRatio: true,
  outputReducer: true,
}
const TOOL: Readonly<Record<keyof ToolCall, true>> = {
  tool: true,
  arguments: true,
  callId: true,
  attributes: true,
  outputReducer: true,
}

/** The keys of what each function takes. */
export const KEYS: Readonly<
  Record<'withSpan' | 'startSpan' | 'trace' | 'withAgent' | 'withTool', KnownKeys>
> = {
  withSpan: knownKeys('withSpan()', WITH_SPAN),
  startSpan: knownKeys('startSpan()', START_SPAN, { parentspan: 'parent' }),
  trace: knownKeys('trace()', TRACE),
  withAgent: knownKeys('withAgent()', AGENT, { name: 'agent', inputs: 'input', question: 'input' }),
  withTool: knownKeys('withTool()', TOOL, {
    name: 'tool',
    args: 'arguments',
    input: 'arguments',
    inputs: 'arguments',
    parameters: 'arguments',
    id: 'callId',
    toolcallid: 'callId',
  }),
}

/** The options of a call whose function came first, where it should come last, or the other way round. */
export function inOtherOrder<Options>(owner: string, options: unknown): Options {
  sayArgument(owner, 'its arguments in the other order', options, 'turnspan swapped them')
  return (options ?? {}) as Options
}

/**
 * `given` as an object of options. A text stands for the one that gives the name.
 *
 * @param name - the option that a text stands for
 */
export function optionsOr<Options>(owner: string, given: unknown, name: keyof Options & string): Options {
  if (typeof given === 'object' && given !== null) return given as Options
  if (given === undefined) return {} as Options
  const then = typeof given === 'string' ? `it was used as ${JSON.stringify(name)}` : 'it is ignored'
  sayArgument(owner, `an object of options ({ ${name}: ... })`, given, then)
  return (typeof given === 'string' ? { [name]: given } : {}) as Options
}

/** What `trace` was given, where it is nothing that can be traced: it goes back as it is. */
export function sayNotTraced(given: unknown): void {
  sayArgument(
    'trace()',
    'a function, a method to decorate, or options',
    given,
    'it returned its argument unchanged',
  )
}

export { checkKeys }
