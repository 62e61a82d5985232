import type { Fields } from '../base/index.ts'
import { isGraph, kindOf } from './kind.ts'
import type { Run } from './run.ts'

/** A chain as it is reported. */
export interface ReportedChain {
  readonly name: string
  readonly tags: readonly unknown[]
  readonly metadata: Fields
  readonly parent: Run | undefined
  readonly serialized: unknown
}

/** Names under which LangChain and LangGraph run what the program did not name. */
const UNNAMED: ReadonlySet<string> = new Set([
  'RunnableLambda',
  'RunnableCallable',
  'RunnablePassthrough',
  'RunnableMap',
  'RunnableParallel',
  'RunnableAssign',
  'RunnablePick',
  'RunnableBranch',
])

/**
 * Whether a chain is a framework's own plumbing: nothing of it was written by the program, or everything that the
 * program wrote has a span of its own below it. The outermost run is never plumbing.
 */
export function isPlumbing({ name, tags, metadata, parent, serialized }: ReportedChain): boolean {
  if (parent === undefined) return false
  if (tags.includes('langsmith:hidden') || metadata.langgraph_node === '__start__') return true
  if (/^(ChannelWrite|ChannelRead|Branch)</.test(name) || name === '__start__' || name === '__end__')
    return true
  const kind = kindOf(serialized)
  if (isGraph(serialized)) return false
  if (metadata.langgraph_node !== undefined) {
    // What a node is made of; the node itself has a span.
    if (name === 'func' || (name === metadata.langgraph_node && name === parent.span?.name)) return true
    if (kind === 'RunnableLambda' && name === 'prompt') return true
  }
  // A chain may carry the program's name for it.
  return UNNAMED.has(name) && kind === name
}
