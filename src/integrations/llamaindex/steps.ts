import {
  ABANDONED,
  beginStep,
  dataAt,
  dataOf,
  follow,
  growingText,
  itemsOf,
  keys,
  type Method,
  number,
  SpanType,
  type Step,
  type StepInit,
  text,
} from '../base/index.ts'
import { classOf } from './providers.ts'

type Begin = (instance: unknown, given: unknown) => StepInit

/** Observes `retrieve(query)`. */
export const observeRetriever = (original: Method): Method =>
  observed(
    original,
    (retriever, given) => ({
      name: classOf(retriever) ?? 'retriever',
      spanType: SpanType.RETRIEVER,
      inputs: queryOf(given),
    }),
    ({ span }, nodes) => {
      span.setAttribute('gen_ai.retrieval.document_count', itemsOf(nodes).length)
      if (span.wantsContent) span.setOutputs(itemsOf(nodes).map(toDocument))
    },
  )

/** Observes `query`, `synthesize` and `chat` of engines, whose parameters have what is asked under `key`. */
export const observeEngine = (original: Method, key: string): Method =>
  observed(
    original,
    (engine, given) => ({
      name: classOf(engine) ?? 'engine',
      spanType: SpanType.CHAIN,
      inputs: { [key]: queryOf(typeof given === 'string' ? given : dataAt(given, key)) },
    }),
    tellResponse,
  )

/** Observes `chat` of the older agents (`ReActAgent`, `OpenAIAgent`). */
export const observeAgentChat = (original: Method): Method =>
  observed(
    original,
    (agent, given) => {
      const name = classOf(agent) ?? 'Agent'
      return {
        name: `agent:${name}`,
        spanType: SpanType.AGENT,
        attributes: { [keys.AGENT_NAME]: name },
        inputs: dataAt(given, 'message'),
      }
    },
    tellResponse,
  )

const queryOf = (given: unknown): unknown => dataAt(given, 'query') ?? given

function observed(original: Method, begin: Begin, tell: (step: Step, value: unknown) => void): Method {
  return function (this: unknown, ...args) {
    const step = beginStep(() => begin(this, args[0]))
    if (step === undefined) return Reflect.apply(original, this, args)
    const { span } = step
    let returned: unknown
    try {
      returned = step.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      span.fail(error)
      span.end()
      throw error
    }
    const said = growingText(span.wantsContent ? span.host.limits.maxValueBytes : 0)
    let streams = false
    return follow(returned, {
      item(chunk) {
        streams = true
        said.add(textOf(chunk))
      },
      done(value) {
        if (streams) tellText(step, said.value())
        else tell(step, value)
        span.end()
      },
      failed(error) {
        span.fail(error)
        span.end()
      },
      stopped(reason, at) {
        if (streams) tellText(step, said.value())
        span.setAttribute(keys.CALL_END, reason === ABANDONED ? 'abandoned' : 'stopped')
        span.end(at)
      },
      run: (fn) => step.run(fn),
    })
  }
}

function tellText({ span }: Step, said: string | undefined): void {
  if (span.wantsContent && said !== undefined) span.setOutputs(said)
}

function tellResponse({ span }: Step, response: unknown): void {
  if (!span.wantsContent) return
  const answer = textOf(response) ?? dataOf(dataAt(response, 'message', 'content'))
  if (answer !== undefined) span.setOutputs(answer)
}

/** What an `EngineResponse` says, which is a piece of it where it comes as a stream. */
const textOf = (response: unknown): string | undefined => {
  const content = dataAt(response, 'message', 'content') ?? dataAt(response, 'delta')
  return typeof content === 'string' ? content : undefined
}

/** A node that was found, as a document in MLflow's words. */
function toDocument(found: unknown): object {
  const node = dataAt(found, 'node')
  const id = text(dataAt(node, 'id_'))
  const score = number(dataAt(found, 'score'))
  return {
    page_content: dataOf(dataAt(node, 'text')) ?? '',
    metadata: { ...(dataOf(dataAt(node, 'metadata')) as object), ...(score !== undefined && { score }) },
    ...(id !== undefined && { id }),
  }
}
