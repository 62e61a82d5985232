import { nowMs } from '../../runtime/clock.ts'
import {
  beginStep,
  dataOf,
  failWith,
  keys,
  list,
  type ModelCall,
  read,
  SpanType,
  type Step,
  type StepInit,
  type ToldFailure,
  text,
} from '../base/index.ts'
import { type AgentTool, observedBy, toolOf } from './agent-tools.ts'
import { nameOfModel } from './converse.ts'
import { converseUsage } from './converse-stream.ts'

/** The steps of an agent as spans below its own, by the parts of its trace (`enableTrace`). */
export interface AgentSteps {
  /** The next part. */
  add(trace: object): void
  /** Nothing more comes: what has not ended ends. */
  end(): void
}

/** A step of which only the beginning was told. */
interface Pending {
  readonly at: number
  readonly input: unknown
  readonly tool: AgentTool | undefined
}

/** What a step came to. */
interface Ending {
  readonly outputs?: unknown
  readonly metadata?: unknown
  readonly failure?: ToldFailure | undefined
}

const MAX_PENDING = 256

/** A part tells the beginning of a step or its end, and both have its ID; spans are made when the end is known. */
export function agentSteps(call: ModelCall): AgentSteps {
  const pending = new Map<string, Pending>()
  const begun = (key: string, step: Pending): void => {
    if (pending.size < MAX_PENDING) pending.set(key, step)
  }
  const ended = (key: string, ending: Ending): void => {
    const step = pending.get(key)
    if (step === undefined) return
    pending.delete(key)
    tell(call, step, ending)
  }
  return {
    add(trace) {
      for (const part of Object.values(trace)) {
        const model = read(part, 'modelInvocationInput')
        if (model !== undefined) begun(keyOf('model', model), { at: nowMs(), input: model, tool: undefined })
        const answered = read(part, 'modelInvocationOutput')
        if (answered !== undefined) ended(keyOf('model', answered), answeredBy(answered))
        const invoked = read(part, 'invocationInput')
        const tool = invoked === undefined ? undefined : toolOf(dataOf(invoked))
        if (tool !== undefined) begun(keyOf('tool', invoked), { at: nowMs(), input: invoked, tool })
        const observation = read(part, 'observation')
        const observed = observation === undefined ? undefined : observedBy(dataOf(observation))
        if (observed !== undefined) ended(keyOf('tool', observation), observed)
      }
    },
    end() {
      for (const step of pending.values()) tell(call, step, {})
      pending.clear()
    },
  }
}

const keyOf = (kind: string, part: unknown): string => `${kind} ${text(read(part, 'traceId')) ?? ''}`

const answeredBy = (output: unknown): Ending => ({
  outputs: read(output, 'rawResponse', 'content') ?? read(output, 'parsedResponse'),
  metadata: read(output, 'metadata'),
})

/** Newer versions say when it began and ended; otherwise it was when their parts arrived. */
function tell(call: ModelCall, { at, input, tool }: Pending, { outputs, metadata, failure }: Ending): void {
  const started = timeOf(read(metadata, 'startTime')) ?? at
  const step = beginStep(() =>
    tool === undefined
      ? modelStep(call, input, started)
      : { ...tool, attributes: defined(tool.attributes), context: call.inside, startTime: started },
  )
  if (step === undefined) return
  if (tool === undefined) tellModel(step, input, metadata)
  if (outputs !== undefined && step.span.wantsContent) step.span.setOutputs(dataOf(outputs))
  if (failure !== undefined) failWith(step.span, failure)
  step.span.end(timeOf(read(metadata, 'endTime')))
}

function modelStep(call: ModelCall, input: unknown, startTime: number): StepInit {
  const model = nameOfModel(read(input, 'foundationModel'))
  return {
    name: model === undefined ? 'chat' : `chat ${model}`,
    spanType: SpanType.CHAT_MODEL,
    inputs: { prompt: read(input, 'text') },
    attributes: defined({
      [keys.OPERATION_NAME]: 'chat',
      [keys.REQUEST_MODEL]: model,
      'aws.bedrock.agent.prompt_type': text(read(input, 'type')),
      'gen_ai.request.max_tokens': read(input, 'inferenceConfiguration', 'maximumLength'),
      'gen_ai.request.temperature': read(input, 'inferenceConfiguration', 'temperature'),
      'gen_ai.request.top_p': read(input, 'inferenceConfiguration', 'topP'),
      'gen_ai.request.top_k': read(input, 'inferenceConfiguration', 'topK'),
      'gen_ai.request.stop_sequences': list(read(input, 'inferenceConfiguration', 'stopSequences')),
    }),
    context: call.inside,
    startTime,
  }
}

function tellModel({ span }: Step, input: unknown, metadata: unknown): void {
  span.setModel(nameOfModel(read(input, 'foundationModel')) ?? '', 'aws.bedrock')
  const usage = converseUsage(read(metadata, 'usage'))
  if (usage !== undefined) span.setTokenUsage(usage)
}

const defined = (attributes: object = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  )

const timeOf = (date: unknown): number | undefined => (date instanceof Date ? date.getTime() : undefined)
