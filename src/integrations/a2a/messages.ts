import { dataAt, dataOf, itemsOf, text } from '../base/index.ts'

/** States of a task by their number, as the SDK has them. */
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
  /** Parts of its messages and artifacts, in their order. */
  readonly parts: unknown[]
}

/** Answers and events of more parts are cut by the limits of spans anyway. */
const MAX_PARTS = 1000

export const nothingTold = (): Told => ({ parts: [] })

/** Takes in a message or a task: what a request without a stream is answered with. */
export function tellResult(told: Told, result: unknown): void {
  if (dataAt(result, 'messageId') !== undefined) tellMessage(told, result)
  else tellTask(told, result)
}

/** Takes in an event of a stream, or what an agent publishes; `kind` and `value` are one of the four forms. */
export function tellEvent(told: Told, kind: unknown, value: unknown): void {
  if (kind === 'message') tellMessage(told, value)
  else if (kind === 'task') tellTask(told, value)
  else if (kind === 'statusUpdate') {
    noteIds(told, dataAt(value, 'taskId'), dataAt(value, 'contextId'))
    tellStatus(told, dataAt(value, 'status'))
  } else if (kind === 'artifactUpdate') {
    noteIds(told, dataAt(value, 'taskId'), dataAt(value, 'contextId'))
    addParts(told, dataAt(value, 'artifact', 'parts'))
  }
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
  const state = dataAt(status, 'state')
  const name = typeof state === 'number' ? STATES[state] : undefined
  if (name !== undefined) told.state = name
  const parts = dataAt(status, 'message', 'parts')
  if (parts === undefined) return
  const said = shownParts(itemsOf(parts))
  if (typeof said === 'string') told.reason = said
  if (!isFailure(name)) addParts(told, parts)
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
  const texts = parts.map((part) =>
    dataAt(part, 'content', '$case') === 'text' ? text(dataAt(part, 'content', 'value')) : undefined,
  )
  if (texts.length > 0 && texts.every((each) => each !== undefined)) return texts.join('\n')
  return parts.length === 0 ? undefined : parts.map((part) => dataOf(part))
}
