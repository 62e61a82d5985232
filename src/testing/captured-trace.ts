import type { EndedSpan } from '../span/ended-span.ts'
import { isLocalRoot } from '../span/ended-span.ts'
import { addUsage, type CountedUsage } from '../span/token-usage.ts'
import type { CapturedSpan } from './captured-span.ts'

/** A span with the spans below it, in the order in which they began. */
export interface SpanNode {
  readonly span: CapturedSpan
  readonly children: readonly SpanNode[]
}

/** A trace whose root has ended, as plain data. */
export interface CapturedTrace {
  readonly traceId: string
  /** Name of the root. */
  readonly name: string
  readonly root: CapturedSpan
  /** All finished spans, in the order in which they began. */
  readonly spans: readonly CapturedSpan[]
  /** The spans as a tree; one node, unless the trace has several spans without a captured parent. */
  readonly tree: readonly SpanNode[]
  readonly sessionId?: string
  readonly user?: string
  readonly tags: Readonly<Record<string, string>>
  /** Metadata, without user and session. */
  readonly metadata: Readonly<Record<string, string>>
  readonly clientRequestId?: string
  readonly requestPreview?: string
  readonly responsePreview?: string
  /** As set by `updateCurrentTrace`, else that of the root. */
  readonly state: 'OK' | 'ERROR'
  /** All tokens of the trace. A span with usage stands for those below it, as in MLflow. */
  readonly tokens?: CountedUsage
  readonly durationMs: number
}

/** A span in both forms. */
export interface Kept {
  readonly ended: EndedSpan
  readonly span: CapturedSpan
}

/** The traces among `kept` whose root has ended, in the order in which they began. */
export function tracesOf(kept: readonly Kept[]): CapturedTrace[] {
  const groups = new Map<string, Kept[]>()
  for (const one of kept) {
    const group = groups.get(one.span.traceId)
    if (group === undefined) groups.set(one.span.traceId, [one])
    else group.push(one)
  }
  return [...groups.values()].flatMap((group) => {
    const root = group.find(({ ended }) => isLocalRoot(ended))
    return root === undefined ? [] : [traceOf(group, root)]
  })
}

function traceOf(group: readonly Kept[], { ended, span: root }: Kept): CapturedTrace {
  const spans = group.map(({ span }) => span)
  const tree = treeOf(spans)
  const { trace } = ended
  const tokens = tokensBelow(tree)
  return {
    traceId: root.traceId,
    name: root.name,
    root,
    spans,
    tree,
    ...(trace.sessionId !== undefined && { sessionId: trace.sessionId }),
    ...(trace.userId !== undefined && { user: trace.userId }),
    tags: Object.fromEntries(trace.tags),
    metadata: Object.fromEntries(trace.metadata),
    ...(trace.clientRequestId !== undefined && { clientRequestId: trace.clientRequestId }),
    ...(trace.requestPreview !== undefined && { requestPreview: trace.requestPreview }),
    ...(trace.responsePreview !== undefined && { responsePreview: trace.responsePreview }),
    state: trace.state ?? (root.status.code === 'ERROR' ? 'ERROR' : 'OK'),
    ...(tokens !== undefined && { tokens }),
    durationMs: root.durationMs,
  }
}

function treeOf(spans: readonly CapturedSpan[]): SpanNode[] {
  const nodes = new Map(spans.map((span) => [span.spanId, { span, children: [] as SpanNode[] }]))
  const tops: SpanNode[] = []
  for (const node of nodes.values()) {
    const parent = node.span.parentSpanId === undefined ? undefined : nodes.get(node.span.parentSpanId)
    if (parent === undefined) tops.push(node)
    else parent.children.push(node)
  }
  return tops
}

function tokensBelow(nodes: readonly SpanNode[]): CountedUsage | undefined {
  let sum: CountedUsage | undefined
  for (const { span, children } of nodes) {
    const usage = span.tokens ?? tokensBelow(children)
    if (usage !== undefined) sum = addUsage(sum, usage)
  }
  return sum
}
