import { dataAt, dataOf, isObject, itemsOf, text } from '../base/index.ts'

// In both versions of the protocol, whose forms differ: 1 has numbers for states, and members `$case` and `value`; 0.3 has
// names, and a member `kind` in the thing itself.

/** States of a task by the number that version 1 has for them. */
const STATES: readonly (string | undefined)[] = [
  undefined,
  'submitted',
  'working',
  'completed',
  'failed',
  'canceled',
  'input_required',
  'rejected',
  'auth_required',
]
/** With these, the agent has not done what it was asked for. */
const FAILURES: ReadonlySet<string> = new Set(['failed', 'canceled', 'rejected'])

export const isFailure = (state: string | undefined): state is string =>
  state !== undefined && FAILURES.has(state)

/** What an agent has said so far, put together from whatever it says it in. */
export interface Told {
  taskId?: string | undefined
  contextId?: string | undefined
  state?: string | undefined
  /** Of the status: why it failed, or what it asks for. */
  reason?: string | undefined
  /** That it could not be asked: an error that the client hands on as an answer. */
  refused?: { readonly type: string; readonly message?: string | undefined } | undefined
  /** Parts of its messages and artifacts, in their order. */
  readonly parts: unknown[]
}

/** Answers and events of more parts are cut by the limits of spans anyway. */
const MAX_PARTS = 1000

export const nothingTold = (): Told => ({ parts: [] })

/** Takes in a message or a task, what a request without a stream is answered with; or either in an answer of JSON-RPC. */
export function tellResult(told: Told, result: unknown): void {
  if (dataAt(result, 'jsonrpc') !== undefined) tellAnswer(told, result)
  else if (dataAt(result, 'messageId') !== undefined) tellMessage(told, result)
  else tellTask(told, result)
}

function tellAnswer(told: Told, answer: unknown): void {
  const error = dataAt(answer, 'error')
  if (!isObject(error)) tellResult(told, dataAt(answer, 'result'))
  else told.refused = { type: String(dataAt(error, 'code')), message: text(dataAt(error, 'message')) }
}

/** Takes in an event of a stream, or what an agent publishes. */
export function tellEvent(told: Told, event: unknown): void {
  const { kind, value } = formOf(event)
  if (kind === 'message') tellMessage(told, value)
  else if (kind === 'task') tellTask(told, value)
  else if (kind === 'statusUpdate' || kind === 'status-update') {
    noteIds(told, dataAt(value, 'taskId'), dataAt(value, 'contextId'))
    tellStatus(told, dataAt(value, 'status'))
  } else if (kind === 'artifactUpdate' || kind === 'artifact-update') {
    noteIds(told, dataAt(value, 'taskId'), dataAt(value, 'contextId'))
    addParts(told, dataAt(value, 'artifact', 'parts'))
  }
}

/** Version 1 has one form for streams and another for what is published, 0.3 has neither around the event. */
function formOf(event: unknown): { kind: unknown; value: unknown } {
  const payload = dataAt(event, 'payload')
  if (payload !== undefined) return { kind: dataAt(payload, '$case'), value: dataAt(payload, 'value') }
  return { kind: dataAt(event, 'kind'), value: dataAt(event, 'data') ?? event }
}

function tellMessage(told: Told, message: unknown): void {
  noteIds(told, dataAt(message, 'taskId'), dataAt(message, 'contextId'))
  addParts(told, dataAt(message, 'parts'))
}

function tellTask(told: Told, task: unknown): void {
  noteIds(told, dataAt(task, 'id'), dataAt(task, 'contextId'))
  tellStatus(told, dataAt(task, 'status'))
  const artifacts = itemsOf(dataAt(task, 'artifacts'))
  // A task has all that was told of it before.
  if (artifacts.length > 0) told.parts.length = 0
  for (const artifact of artifacts) addParts(told, dataAt(artifact, 'parts'))
}

function tellStatus(told: Told, status: unknown): void {
  const name = stateName(dataAt(status, 'state'))
  if (name !== undefined) told.state = name
  const parts = dataAt(status, 'message', 'parts')
  if (parts === undefined) return
  const said = shownParts(itemsOf(parts))
  if (typeof said === 'string') told.reason = said
  if (!isFailure(name)) addParts(told, parts)
}

function stateName(state: unknown): string | undefined {
  return typeof state === 'number' ? STATES[state] : text(state)?.replaceAll('-', '_')
}

function noteIds(told: Told, taskId: unknown, contextId: unknown): void {
  told.taskId = text(taskId) ?? told.taskId
  told.contextId = text(contextId) ?? told.contextId
}

function addParts(told: Told, parts: unknown): void {
  for (const part of itemsOf(parts)) if (told.parts.length < MAX_PARTS) told.parts.push(dataOf(part))
}

/** Parts as they are recorded: the text, where they are nothing but text. */
export function shownParts(parts: readonly unknown[]): unknown {
  const texts = parts.map(textOf)
  if (texts.length > 0 && texts.every((each) => each !== undefined)) return texts.join('\n')
  return parts.length === 0 ? undefined : parts.map((part) => dataOf(part))
}

function textOf(part: unknown): string | undefined {
  if (dataAt(part, 'content', '$case') === 'text') return text(dataAt(part, 'content', 'value'))
  return dataAt(part, 'kind') === 'text' ? text(dataAt(part, 'text')) : undefined
}
