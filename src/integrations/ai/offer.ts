import { globalProperty, processWide } from '../../runtime/registry.ts'

type Event = (event: unknown) => void
type Execute = (call: { execute: () => unknown }) => unknown
/** What the AI SDK calls, by the names of its `Telemetry`. */
type Telemetry = Readonly<Record<string, Event | Execute>>

/** What stands in the AI SDK's list; the integration says what is behind it when it is there. */
interface Offer {
  /** How many entries stand in the list. */
  count: number
  telemetry: Telemetry | undefined
}

const EVENTS: readonly string[] = [
  'onStart',
  'onToolExecutionEnd',
  'onObjectStepStart',
  'onObjectStepEnd',
  'onEmbedStart',
  'onEmbedEnd',
  'onRerankStart',
  'onRerankEnd',
  'onEnd',
  'onAbort',
  'onError',
]
const EXECUTIONS: readonly string[] = ['executeLanguageModelCall', 'executeTool']

const offer = (): Offer => processWide('ai-sdk-offer', (): Offer => ({ count: 0, telemetry: undefined }))

/**
 * Puts an entry into the list of integrations that version 7 of the AI SDK looks into at each call, wherever its code
 * is: in a bundle too, from which no module hands itself over. The code of the integration is loaded with the first call.
 *
 * @param start - loads the integration, which then sets what is behind the entry
 * @returns takes the entry away
 */
export function offerAiSdkTelemetry(start: () => void): () => void {
  const current = offer()
  current.count += 1
  const behind = (): Telemetry | undefined => {
    if (current.telemetry === undefined) start()
    return current.telemetry
  }
  const entry: Telemetry = {
    ...Object.fromEntries(
      EVENTS.map((name): [string, Event] => [
        name,
        (event) => void (behind()?.[name] as Event | undefined)?.(event),
      ]),
    ),
    ...Object.fromEntries(
      EXECUTIONS.map((name): [string, Execute] => [
        name,
        (call) => {
          const telemetry = behind()
          return telemetry === undefined ? call.execute() : (telemetry[name] as Execute)(call)
        },
      ]),
    ),
  }
  const list = globalProperty<unknown[]>('AI_SDK_TELEMETRY_INTEGRATIONS')
  const before = list.get()
  const registered = before ?? []
  registered.push(entry)
  if (before === undefined) list.set(registered)
  return () => {
    current.count -= 1
    const at = registered.indexOf(entry)
    if (at >= 0) registered.splice(at, 1)
    if (before === undefined && registered.length === 0 && list.get() === registered) list.set(undefined)
  }
}

/**
 * Sets what is behind the entry, where one stands in the list.
 *
 * @returns takes it away; `undefined` where there is no entry
 */
export function standBehindOffer(telemetry: object): (() => void) | undefined {
  const current = offer()
  if (current.count === 0) return undefined
  current.telemetry = telemetry as Telemetry
  return () => {
    if (current.telemetry === telemetry) current.telemetry = undefined
  }
}
