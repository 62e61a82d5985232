import { checkKeys } from '../config/known-keys.ts'
import type { CapturedTrace } from './captured-trace.ts'
import { CALL_KEYS } from './known-keys.ts'
import type { CallOptions } from './options.ts'
import { matchesPartly } from './partial-match.ts'
import { hasName, toolCalls, toolNameOf } from './span-matcher.ts'
import { valueText } from './value-text.ts'
import { calledTools, counted, type Verdict } from './verdict.ts'

/** Whether the tool was called. */
export function checkCalled(trace: CapturedTrace, tool: string, options: CallOptions = {}): Verdict {
  checkKeys(CALL_KEYS, options)
  const calls = toolCalls(trace.spans).filter((span) => hasName(span, tool))
  const asked = calls.filter(
    (span) =>
      (options.withArguments === undefined || matchesPartly(span.inputs, options.withArguments)) &&
      (options.withResult === undefined || matchesPartly(span.outputs, options.withResult)),
  )
  const wanted = options.times === undefined ? 'a call' : `exactly ${counted(options.times, 'call')}`
  const what = `${wanted} of the tool ${JSON.stringify(tool)}${details(options)}`
  const seen = calls.map(
    (span, i) =>
      `  ${i + 1}. ${valueText(span.inputs)}${span.outputs === undefined ? '' : ` → ${valueText(span.outputs)}`}`,
  )
  const but =
    calls.length === 0
      ? `it was not called; ${calledTools(trace)}`
      : `${asked.length} of its ${counted(calls.length, 'call')} ${asked.length === 1 ? 'matches' : 'match'}:\n${seen.join('\n')}`
  return {
    pass: options.times === undefined ? asked.length > 0 : asked.length === options.times,
    failed: `Expected ${what}, but ${but}`,
    passed: `Did not expect ${what}, but ${but}`,
  }
}

function details({ withArguments, withResult }: CallOptions): string {
  const parts = [
    ...(withArguments === undefined ? [] : [`arguments ${valueText(withArguments)}`]),
    ...(withResult === undefined ? [] : [`result ${valueText(withResult)}`]),
  ]
  return parts.length === 0 ? '' : ` with ${parts.join(' and ')}`
}

/** Whether the tools were called in this order; other calls may stand between. */
export function checkOrder(trace: CapturedTrace, tools: readonly string[]): Verdict {
  const calls = toolCalls(trace.spans)
  let at = 0
  const missing = tools.find((tool) => {
    const found = calls.findIndex((span, index) => index >= at && hasName(span, tool))
    if (found < 0) return true
    at = found + 1
    return false
  })
  const order = tools.map((tool) => JSON.stringify(tool)).join(', then ')
  return {
    pass: missing === undefined,
    failed: `Expected calls of ${order}, but ${JSON.stringify(missing)} does not come where it should; ${calledTools(trace)}`,
    passed: `Expected the tools not to be called in the order ${order}, but they were; ${calledTools(trace)}`,
  }
}

/** Whether no other tools than these were called. */
export function checkOnly(trace: CapturedTrace, tools: readonly string[]): Verdict {
  const others = toolCalls(trace.spans).filter((span) => !tools.some((tool) => hasName(span, tool)))
  const names = [...new Set(others.map(toolNameOf))].join(', ')
  const other = tools.length === 0 ? 'tool call' : `call of a tool other than ${tools.join(', ')}`
  return {
    pass: others.length === 0,
    failed: `Expected no ${other}, but there ${others.length === 1 ? 'was a call' : 'were calls'} of: ${names}`,
    passed: `Expected a ${other}, but ${calledTools(trace)}`,
  }
}
