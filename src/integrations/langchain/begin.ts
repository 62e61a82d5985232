import type { Context } from '@opentelemetry/api'
import { applyUpdate } from '../../context/trace-update.ts'
import { nowMs } from '../../runtime/clock.ts'
import * as keys from '../../span/semconv/keys.ts'
import {
  beginStep,
  dataAt,
  dataOf,
  type Fields,
  fieldsOf,
  type LiveSpan,
  list,
  read,
  SpanType,
  text,
} from '../base/index.ts'
import { isGraph } from './kind.ts'
import { beginModelRun } from './model-run.ts'
import type { LangChainOptions } from './options.ts'
import { plain } from './plain.ts'
import { isPlumbing } from './plumbing.ts'
import { claimReading } from './reading.ts'
import type { Ending, Run } from './run.ts'
import { contextBelow, runWithId } from './runs.ts'
import { chainEnding, chainType, retrieverEnding, toolEnding } from './step-run.ts'
import { toolCallIn } from './tool-call.ts'

/** What a callback manager of LangChain knows when one of its `handle…Start` is called. */
export interface Reported {
  readonly manager: unknown
  readonly args: readonly unknown[]
  /** Metadata that is meant for tracers only. */
  readonly traced: Fields
  readonly options: LangChainOptions
}

/** The same, read. */
interface Facts {
  readonly name: string
  readonly parent: Run | undefined
  readonly parentId: unknown
  readonly metadata: Fields
  readonly attributes: Fields
  readonly thread: unknown
  readonly context: Context
}

/** Begins the runs that are reported: one each, except for several prompts at once. */
export type Begin = (reported: Reported) => readonly (Run | undefined)[]

/** `handleChatModelStart(llm, messages[], runId, parentRunId, extraParams, tags, metadata, runName)` */
export const beginChatModels: Begin = (reported) => beginModels(reported, true)

/** `handleLLMStart(llm, prompts[], runId, parentRunId, extraParams, tags, metadata, runName)` */
export const beginModels: (reported: Reported, isChat?: boolean) => readonly (Run | undefined)[] = (
  reported,
  isChat = false,
) => {
  const [serialized, inputs, , , extra, , , runName] = reported.args
  const facts = factsOf(reported, serialized, runName)
  return list(inputs).map((input) => {
    const begun = beginModelRun({ ...facts, serialized, input, isChat, extra })
    return begun && runFor(facts, begun.call.span as LiveSpan, begun.call.inside, begun.ending)
  })
}

/** `handleChainStart(chain, inputs, runId, runType, tags, metadata, runName)` */
export const beginChain: Begin = (reported) => {
  const [serialized, inputs, , runType, , , runName, , extra] = reported.args
  const facts = factsOf(reported, serialized, runName)
  const { name, parent, metadata, context } = facts
  const tags = list(read(reported.manager, 'tags'))
  if (reported.options.plumbing !== true && isPlumbing({ name, tags, metadata, parent, serialized })) {
    return [parent && runFor(facts, parent.span, context, undefined)]
  }
  const spanType = runType === 'parser' ? SpanType.PARSER : chainType(name, serialized, metadata)
  const step = beginStep(() => ({
    name,
    spanType,
    context,
    attributes: { ...facts.attributes, ...(spanType === SpanType.AGENT && { [keys.AGENT_NAME]: name }) },
  }))
  if (step === undefined) return []
  // A chain that works on a stream does not know its input yet.
  const isDeferred = read(extra, 'lc_defers_inputs') === true || isEmptyInput(inputs)
  if (step.span.wantsContent && !isDeferred) step.span.setInputs(plain(inputs))
  // An agent without a name is a graph like any other, but for the node that asks its model.
  if (metadata.langgraph_node === 'model_request' && name === 'model_request' && parent?.graph) {
    parent.span?.setSpanType(SpanType.AGENT)
  }
  const run = runFor(facts, step.span, step.inside, chainEnding(step))
  run.graph = isGraph(serialized)
  return [run]
}

const isEmptyInput = (inputs: unknown): boolean =>
  dataAt(inputs, 'input') === '' && Object.keys(fieldsOf(inputs)).length === 1

/** `handleToolStart(tool, input, runId, parentRunId, tags, metadata, runName, toolCallId)` */
export const beginTool: Begin = (reported) => {
  const [serialized, input, , , , , runName, callId] = reported.args
  const facts = factsOf(reported, serialized, runName)
  const call = toolCallIn()
  const id = text(callId) ?? call?.id
  const step = beginStep(() => ({
    name: call?.name ?? facts.name,
    spanType: SpanType.TOOL,
    context: facts.context,
    attributes: {
      ...facts.attributes,
      ...(id !== undefined && { [keys.TOOL_CALL_ID]: id }),
    },
  }))
  if (step === undefined) return []
  if (step.span.wantsContent) {
    step.span.setInputs(call === undefined ? parsed(input) : plain(call.arguments))
    step.span.setAttribute('gen_ai.tool.description', call?.description)
  }
  return [runFor(facts, step.span, step.inside, toolEnding(step))]
}

/** `handleRetrieverStart(retriever, query, runId, parentRunId, tags, metadata, runName)` */
export const beginRetriever: Begin = (reported) => {
  const [serialized, query, , , , , runName] = reported.args
  const facts = factsOf(reported, serialized, runName)
  const step = beginStep(() => ({
    name: facts.name,
    spanType: SpanType.RETRIEVER,
    context: facts.context,
    inputs: { query },
    attributes: facts.attributes,
  }))
  return step === undefined ? [] : [runFor(facts, step.span, step.inside, retrieverEnding(step))]
}

function factsOf({ manager, traced }: Reported, serialized: unknown, runName: unknown): Facts {
  const parentId = read(manager, '_parentRunId')
  const parent = runWithId(parentId)
  const metadata = fieldsOf(read(manager, 'metadata'))
  const kind = text(list(read(serialized, 'id')).at(-1))
  return {
    name: text(runName) ?? text(read(serialized, 'name')) ?? kind ?? 'run',
    parent,
    parentId,
    metadata,
    attributes: attributesOf({ ...traced, ...metadata }, list(read(manager, 'tags'))),
    thread: metadata.thread_id ?? traced.thread_id,
    context: contextBelow(parent),
  }
}

/** Those of LangChain's metadata that say where in a graph a run stands. */
const PLACE = ['langgraph_node', 'langgraph_step', 'thread_id'] as const

function attributesOf(metadata: Fields, tags: readonly unknown[]): Fields {
  const own = tags.filter(
    (tag) => typeof tag === 'string' && !/^(seq:step|map:key|graph:step|langsmith):/.test(tag),
  )
  return {
    ...Object.fromEntries(
      PLACE.filter((key) => metadata[key] !== undefined).map((key) => [key, metadata[key]]),
    ),
    ...(own.length > 0 && { 'langchain.tags': own }),
  }
}

function runFor(facts: Facts, span: LiveSpan | undefined, inside: Context, ending: Ending | undefined): Run {
  const { parent } = facts
  const run: Run = {
    id: undefined,
    parent,
    span,
    inside,
    ending,
    lastMs: nowMs(),
    open: true,
    left: false,
    graph: false,
  }
  claimReading(run, facts.parentId)
  if (span !== undefined && ending !== undefined) describe(span, facts)
  return run
}

/** What LangChain and LangGraph themselves put among the program's metadata. */
const NOT_THE_PROGRAMS =
  /^(ls_|lc_|langgraph_|__|checkpoint_|thread_id$|run_id$|versions$|assistant_id$|graph_id$)/

function describe(span: LiveSpan, { metadata, thread }: Facts): void {
  // A session that the program names says more than the thread of one graph.
  if ((typeof thread === 'string' || typeof thread === 'number') && span.trace.sessionId === undefined) {
    applyUpdate(span.trace, { sessionId: String(thread) }, span.host)
  }
  if (!span.wantsContent) return
  for (const [key, value] of Object.entries(metadata)) {
    if (NOT_THE_PROGRAMS.test(key) || value === undefined || typeof value === 'function') continue
    span.setAttribute(`langchain.metadata.${key}`, dataOf(value))
  }
}

/** Older versions report the arguments of a tool as JSON text. */
function parsed(input: unknown): unknown {
  if (typeof input !== 'string' || !/^\s*[[{]/.test(input)) return input
  try {
    return JSON.parse(input) as unknown
  } catch {
    return input
  }
}
