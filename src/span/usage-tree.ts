import type { OpenSpan, OpenSpans, UsedModel } from './open-spans.ts'
import { SpanType } from './semconv/span-type.ts'
import { addUsage, type CountedUsage } from './token-usage.ts'

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
  /** The usage is nothing but the sum of what was used below; `part` where more may be used there, in another process. */
  readonly isSum: boolean | 'part'
}

/**
 * The work of `span` goes on in another process. Whoever counts the sum of an agent in place of what is below it, as MLflow
 * does, would leave out what is used there.
 */
export function notePart(span: OpenSpan | undefined): void {
  for (let above = span; above !== undefined && above.isPart !== true; above = above.parent)
    above.isPart = true
}

/**
 * Settles usage as a span ends: an agent without usage of its own gets the sum of what was used below it, and
 * whatever was used counts for the span above, or the next one that is still open: an agent in the background outlives
 * the tool that started it.
 *
 * Whoever adds up usage or prices over all spans would count such a sum a second time, so it says of itself that it is
 * one. With several models the agent names none.
 *
 * @param opens - those of the trace that have not ended; without it, all above are taken to be open
 */
export function sumUpUsage(open: OpenSpan, spanType: string, own: Usage, opens?: OpenSpans): SummedUsage {
  const isAgent = spanType === SpanType.AGENT
  const { modelsBelow: models } = open
  let { parent } = open
  while (parent !== undefined && opens?.has(parent.spanId) === false) parent = parent.parent
  const counted = own.usage ?? open.usageBelow
  if (parent !== undefined && counted !== undefined) {
    parent.usageBelow = addUsage(parent.usageBelow, counted)
    if (models !== undefined) addModels(parent, models)
    else if (own.usage !== undefined) addModel(parent, own.model, own.provider)
  }
  const usage = isAgent ? counted : own.usage
  const isSum = usage !== undefined && own.usage === undefined && (open.isPart === true ? 'part' : true)
  const { model, provider } = own
  if (!isAgent || models === undefined) return { usage, model, provider, isSum, severalModels: false }
  if (models.next !== undefined) return { usage, model: undefined, provider, isSum, severalModels: true }
  if (models.model === '') return { usage, model, provider, isSum, severalModels: false }
  return { usage, model: models.model, provider: models.provider ?? provider, isSum, severalModels: false }
}

function addModels(open: OpenSpan, models: UsedModel): void {
  for (let used: UsedModel | undefined = models; used !== undefined; used = used.next)
    addModel(open, used.model, used.provider)
}

/** One more model, or none by name, was used below `open`. */
export function addModel(open: OpenSpan, model = '', provider?: string): void {
  let known = open.modelsBelow
  while (known !== undefined && known.model !== model) known = known.next
  if (known === undefined) open.modelsBelow = { model, provider, next: open.modelsBelow }
  else if (provider !== undefined) known.provider = provider
}
