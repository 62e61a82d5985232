import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { trace } from '../../runtime/otel-trace.ts'
import { tracingIn } from '../../tracing/open-span.ts'
import {
  activeContext,
  diagnose,
  isInModelCall,
  type Method,
  type Patches,
  processWide,
  read,
  text,
} from '../base/index.ts'

/** What the process has shown of how its program uses versions 5 and 6. */
const shown = (): { asked: boolean; said: boolean } =>
  processWide('ai-sdk-unasked', () => ({ asked: false, said: false }))

/** The program switched telemetry on for a call by itself. */
export function noteAsked(): void {
  shown().asked = true
}

/**
 * Says once that a call is not traced: versions 5 and 6 tell nobody of a call that does not ask for telemetry, but the
 * request of its model can be seen. Seen, not touched: on the channels on which Node tells of requests.
 *
 * @param copy - the exports of a package that does not ask turnspan by itself
 */
export function watchUnasked(copy: unknown, patches: Patches): void {
  if (shown().said) return
  // Until 5.0.44 the requests do not name the package.
  const isNameless = read(copy, 'ToolLoopAgent') === undefined
  const heard = (message: unknown): void => {
    try {
      if (shown().said || !isUntraced(read(message, 'request'), isNameless)) return
      shown().said = true
      sayUntraced()
    } catch {
      // A fault of ours must not reach the program's request.
    }
  }
  for (const channel of CHANNELS) subscribe(channel, heard)
  patches.onUndo(() => {
    for (const channel of CHANNELS) unsubscribe(channel, heard)
  })
}

/** Of `fetch`, and of Node's older client. */
const CHANNELS = ['undici:request:create', 'http.client.request.start']

function sayUntraced(): void {
  // A program that asks in other calls knows the line, and may leave this one out on purpose.
  diagnose(
    shown().asked ? 'info' : 'warn',
    'TS_AI_SDK_UNTRACED',
    'A call of the AI SDK (package "ai", version 5 or 6) is not traced: it does not ask for telemetry, and the package was loaded before turnspan. ' +
      'Add experimental_telemetry: { isEnabled: true } to each call, or start the program with "node --import turnspan/register", ' +
      'which traces all calls without it.',
  )
}

/** Whether `request` is one that a function of the AI SDK makes, and nobody traces it. */
function isUntraced(request: unknown, isNameless: boolean): boolean {
  if (read(request, 'method') !== 'POST') return false
  const agent = userAgentOf(request)
  const isNamed = /(?:^|\s)ai\/[56]\./.test(agent)
  const maybe = isNamed || PROVIDER.test(agent) || (isNameless && /^(?:node|undici)?$/.test(agent))
  if (!maybe) return false
  const active = activeContext()
  if (isInModelCall(active) || tracingIn(active) === undefined) return false
  // A tracer of the program's own is told of the call.
  if (text(read(trace.getSpan(active), 'name'))?.startsWith('ai.')) return false
  const stack = deepStack()
  return !UNTOLD.test(stack) && (isNamed || IN_PACKAGE.test(stack))
}

function userAgentOf(request: unknown): string {
  const getHeader = read(request, 'getHeader')
  if (typeof getHeader === 'function')
    return String(Reflect.apply(getHeader as Method, request, ['user-agent']) ?? '')
  const headers = read(request, 'headers')
  // Names and values in turn, or as they are sent.
  if (!Array.isArray(headers)) return /^user-agent: *(.*)$/im.exec(String(headers ?? ''))?.[1]?.trim() ?? ''
  const at = headers.findIndex((one, index) => index % 2 === 0 && /^user-agent$/i.test(String(one)))
  return at < 0 ? '' : String(headers[at + 1])
}

/** Functions that no version 5 or 6 has telemetry for, and the models that they ask. */
const UNTOLD =
  /\b(?:experimental_)?(?:generate(?:Image|Speech|Video)|transcribe)\b|(?:Image|Speech|Transcription|Video)Model\b/
/** The package itself, or what every call of its functions goes through, where it is part of a bundle. */
const IN_PACKAGE = /[\\/]ai[\\/]dist[\\/]index\.m?js|retryWithExponentialBackoff/
/** What the packages of providers say of themselves in versions 5 and 6; `streamText` says no more than that. */
const PROVIDER = /(?:^|\s)ai-sdk\/provider-utils\/[34]\./

/** Who called, behind the twenty-odd functions of `fetch`. */
function deepStack(): string {
  const before = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 80
    return String(new Error().stack)
  } finally {
    Error.stackTraceLimit = before
  }
}
