/**
 * `turnspan/harness` where there is no Node: a harness that takes every report, and makes nothing of it.
 *
 * @packageDocumentation
 */
import type { Context } from '@opentelemetry/api'
import type {
  Harness,
  HarnessModelCall,
  HarnessOptions,
  HarnessPolicy,
  HarnessStep,
  HarnessTool,
  Turn,
  TurnState,
} from '../integrations/base/harness/index.ts'
import { NOOP_SPAN } from '../span/noop-span.ts'
import { sayNotHere } from './runtime.ts'

const nothing = (): void => {}

/** A context in which nothing is, without OpenTelemetry's API, which is not part of this build. */
const NO_CONTEXT: Context = {
  getValue: () => undefined,
  setValue: () => NO_CONTEXT,
  deleteValue: () => NO_CONTEXT,
}

export function createHarness(options: HarnessOptions): Harness {
  sayNotHere('createHarness()')
  const turn = (start: { agent?: string | undefined; responseId?: string | undefined } = {}): Turn =>
    createTurn(start.agent ?? options?.agent ?? options?.name, start.responseId)
  return {
    name: options?.name,
    turn,
    resume: (state, start) => turn({ agent: state?.agent, responseId: state?.responseId, ...start }),
    turnOf: () => undefined,
  }
}

/** What all work has, and all that may begin below it. */
const work = (): HarnessStep & HarnessModelCall & HarnessPolicy => ({
  span: NOOP_SPAN,
  context: NO_CONTEXT,
  capturesContent: false,
  isOpen: false,
  run: (fn) => fn(),
  tool: ({ callId }): HarnessTool => ({ ...work(), callId }),
  modelCall: work,
  policy: work,
  step: work,
  subAgent: ({ agent, responseId }) => createTurn(agent, responseId),
  handoff: nothing,
  end: nothing,
  fail: nothing,
  cancel: nothing,
  decide: nothing,
  firstToken: nothing,
  retry: nothing,
  usage: nothing,
})

function createTurn(agent: string, responseId: string | undefined): Turn {
  return {
    ...work(),
    agent,
    responseId,
    usage: nothing,
    toolOf: () => undefined,
    suspend: (): TurnState => ({
      version: 1,
      agent,
      ...(responseId !== undefined && { responseId }),
      headers: {},
    }),
  }
}
