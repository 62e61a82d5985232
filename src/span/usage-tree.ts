import { SpanType } from './span-type.ts'
import { addUsage, type CountedUsage } from './token-usage.ts'
import type { OpenSpan } from './trace-record.ts'

/** What a span says of the model call that it is, or of the calls below it. */
export interface Usage {
  readonly usage: CountedUsage | undefined
  readonly model: string | undefined
  readonly provider: string | undefined
}

/** A span's usage at its end. */
export interface SummedUsage extends Usage {
  /** Several models worked below this agent, so that it can name none. */
  readonly severalModels: boolean
}

/**
 * Settles usage as a span ends: an agent without usage of its own gets the sum of what was used below it, and
 * whatever was used counts for the span above.
 *
 * MLflow prices an agent's usage by the agent's model and leaves out its children's. That is right only when one
 * model did all the work; with several the agent names none, and the children are priced each by its own.
 */
export function sumUpUsage(open: OpenSpan, spanType: string, own: Usage): SummedUsage {
  const isAgent = spanType === SpanType.AGENT
  const models = open.modelsBelow
  const counted = own.usage ?? open.usageBelow
  if (open.parent !== undefined && counted !== undefined) {
    const used = own.usage === undefined || models !== undefined ? models : usedModel(own.model, own.provider)
    contributeUsage(open.parent, counted, used)
  }
  const usage = isAgent ? counted : own.usage
  if (!isAgent || models === undefined) return { ...own, usage, severalModels: false }
  const named = [...models.values()].filter((used) => used.model !== '')
  const [only] = named
  if (only !== undefined && models.size === 1) {
    return { usage, model: only.model, provider: only.provider ?? own.provider, severalModels: false }
  }
  if (named.length === 0) return { ...own, usage, severalModels: false }
  return { usage, model: undefined, provider: own.provider, severalModels: true }
}

/** Adds what a span used to the span above it. */
export function contributeUsage(
  parent: OpenSpan,
  usage: CountedUsage,
  models: OpenSpan['modelsBelow'],
): void {
  parent.usageBelow = addUsage(parent.usageBelow, usage)
  if (models === undefined) return
  parent.modelsBelow ??= new Map()
  for (const [key, used] of models) parent.modelsBelow.set(key, used)
}

/** One model as the set of models that were used. */
export function usedModel(model = '', provider?: string): NonNullable<OpenSpan['modelsBelow']> {
  return new Map([[model, { model, ...(provider !== undefined && { provider }) }]])
}
