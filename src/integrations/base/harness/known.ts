import { type KnownKeys, knownKeys } from '../../../config/known-keys.ts'
import type {
  Handoff,
  HarnessOptions,
  ModelCallStart,
  PolicyStart,
  StepStart,
  ToolStart,
  TurnStart,
  WorkStart,
} from './types.ts'

type All<Options> = Readonly<Record<keyof Options, true>>

const WORK: All<WorkStart> = { attributes: true, startTime: true, background: true }
const HARNESS: All<HarnessOptions> = {
  name: true,
  agent: true,
  model: true,
  provider: true,
  attributes: true,
  usageWaitMs: true,
}
const TURN: All<TurnStart> = {
  ...WORK,
  agent: true,
  responseId: true,
  rootResponseId: true,
  sessionId: true,
  user: true,
  model: true,
  provider: true,
  input: true,
  nest: true,
  sampleRatio: true,
}
const TOOL: All<ToolStart> = { ...WORK, name: true, arguments: true, callId: true }
const MODEL_CALL: All<ModelCallStart> = {
  ...WORK,
  model: true,
  provider: true,
  operation: true,
  spanType: true,
  input: true,
  messageFormat: true,
  tools: true,
}
const POLICY: All<PolicyStart> = {
  ...WORK,
  name: true,
  phase: true,
  input: true,
  decision: true,
  reason: true,
}
const HANDOFF: All<Handoff> = {
  to: true,
  from: true,
  reason: true,
  input: true,
  attributes: true,
  startTime: true,
  endTime: true,
}
const STEP: All<StepStart> = { ...WORK, name: true, spanType: true, input: true }

type What = 'harness' | 'turn' | 'tool' | 'modelCall' | 'policy' | 'handoff' | 'step'

/** The keys of what each function takes. */
export const KNOWN: Readonly<Record<What, KnownKeys>> = {
  harness: knownKeys('createHarness()', HARNESS),
  turn: knownKeys('harness.turn()', TURN, { name: 'agent', inputs: 'input' }),
  tool: knownKeys('turn.tool()', TOOL, {
    tool: 'name',
    args: 'arguments',
    input: 'arguments',
    inputs: 'arguments',
    id: 'callId',
    toolcallid: 'callId',
  }),
  modelCall: knownKeys('turn.modelCall()', MODEL_CALL, { messages: 'input', inputs: 'input' }),
  policy: knownKeys('turn.policy()', POLICY, { action: 'decision', inputs: 'input' }),
  handoff: knownKeys('turn.handoff()', HANDOFF, { agent: 'to', inputs: 'input' }),
  step: knownKeys('turn.step()', STEP, { inputs: 'input' }),
}
