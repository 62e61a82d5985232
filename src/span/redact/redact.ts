import { types } from 'node:util'
import type { Redact, RedactContext } from '../../config/limits.ts'
import { diagnoseOnce } from '../../runtime/diagnostics.ts'
import { cleanText } from '../capture/capture-strings.ts'

/** Stands for a value whose redaction failed: it must not be recorded as it was. */
export const REDACTION_FAILED = '[redaction failed]'

/** Where a whole value comes from, as a redaction hook is told. */
export type RedactSource = Pick<RedactContext, 'span' | 'spanType' | 'key'>

/** What `redact` makes of `value`, and {@link REDACTION_FAILED} where it throws or answers with a promise. */
export function callRedact(redact: Redact, value: unknown, context: RedactContext): unknown {
  try {
    const answer = redact(value, context)
    if (typeof answer !== 'object' || answer === null || answer === value || !isThenable(answer))
      return answer
    // Its rejection would be reported as unhandled, which ends the process.
    if (types.isPromise(answer)) Promise.prototype.then.call(answer, ignore, ignore)
    diagnoseOnce(
      'warn',
      'TS_REDACT_ASYNC',
      'The redact hook returned a promise, so its values are recorded as "[redaction failed]". Values are recorded at the call: make the hook synchronous.',
      { key: context.key },
    )
  } catch (thrown) {
    reportThrow(thrown, context)
  }
  return REDACTION_FAILED
}

/** `text`, a name or a message outside of captured values, after `redact`. Always a text; empty for `undefined`. */
export function redactText(text: string, redact: Redact | undefined, source: RedactSource): string {
  if (!redact) return cleanText(text)
  const answer = callRedact(redact, cleanText(text), { ...source, path: [] })
  if (typeof answer === 'string') return cleanText(answer)
  if (answer === undefined || answer === null) return ''
  return typeof answer === 'object' || typeof answer === 'function' ? REDACTION_FAILED : String(answer)
}

/** The error's message may quote the value, so only its kind is told. */
function reportThrow(thrown: unknown, context: RedactContext): void {
  const kind = types.isNativeError(thrown)
    ? Object.prototype.toString.call(thrown).slice(8, -1)
    : typeof thrown
  diagnoseOnce(
    'warn',
    'TS_REDACT_FAILED',
    `The redact hook threw (${kind}), so values are recorded as "[redaction failed]". Make it accept any value.`,
    { key: context.key, path: context.path.join('.') },
  )
}

function isThenable(answer: object): boolean {
  return types.isPromise(answer) || typeof (answer as { then?: unknown }).then === 'function'
}

const ignore = (): void => undefined
