import { type SpanStatus, StatusCode, spanStatus } from '../span/ended-span.ts'
import { jsonOf, text } from './data.ts'
import type { Source } from './source.ts'
import type { Vocabulary } from './vocabulary.ts'

const UNFINISHED = spanStatus(StatusCode.ERROR, 'The work did not finish.')

const isUnfinished = ({ span, get }: Source, known: readonly Vocabulary[]): boolean =>
  known.some(
    ({ unfinished: spans }) => spans?.named.test(span.name) === true && get(spans.without) === undefined,
  )

/** The status of a span, with the failure that its library tells in other ways. */
export function statusIn(source: Source, known: readonly Vocabulary[]): SpanStatus {
  const { status } = source.span
  if (status.code === StatusCode.ERROR) return status
  const failing = known.find(({ failed }) =>
    failed?.some(([key, value]) => {
      const found = source.get(key)
      return value === undefined ? Boolean(found) : found === value
    }),
  )
  if (failing === undefined) return isUnfinished(source, known) ? UNFINISHED : status
  const reason = source.first(failing.reason ?? [])
  return spanStatus(StatusCode.ERROR, reason === undefined ? undefined : text(jsonOf(reason)))
}
