import { diagnose, diagnoseOnce } from '../../runtime/diagnostics.ts'
import { describeAnswer } from '../transport/describe-answer.ts'
import type { TransportResult } from '../transport/sender.ts'
import { ACCEPTED, type ExportResult } from './export-result.ts'

/**
 * The answer to a request of `spans` that was accepted; says aloud what the receiver says beside that.
 *
 * @param name - the target
 */
export function acceptedAnswer(
  name: string,
  { said, doubt }: Extract<TransportResult, { outcome: 'accepted' }>,
  spans: number,
): ExportResult {
  if (doubt !== undefined) {
    diagnoseOnce(
      'warn',
      'TS_ANSWER_UNKNOWN',
      `${name} accepts spans, but its answer is not OTLP (${doubt}). The spans count as sent; check whether traces arrive there, and correct the address if they do not.`,
      { target: name, answer: doubt },
      name,
    )
  }
  if (said === undefined) return ACCEPTED
  const message = describeAnswer(said.message)
  if (said.rejectedSpans > 0) return partial(name, Math.min(said.rejectedSpans, spans), message)
  if (message !== '') {
    const data = { target: name, message }
    diagnose('warn', 'TS_RECEIVER_WARNING', `${name} accepted spans with a warning: ${message}.`, data, name)
  }
  return ACCEPTED
}

function partial(name: string, rejectedSpans: number, message: string): ExportResult {
  const reason = message === '' ? 'it does not say why' : message
  diagnose(
    'error',
    'TS_PARTIAL_SUCCESS',
    `${name} refused ${rejectedSpans} spans of a request that it accepted, without saying which ones: ${reason}. These spans are lost and count as rejected. Fix the cause that the receiver names; its limits and its log may tell more.`,
    { target: name, rejectedSpans, reason },
    name,
  )
  return { kind: 'accepted', rejectedSpans, reason }
}
