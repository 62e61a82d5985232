import { dataAt, isObject, itemsOf, read, text } from '../base/index.ts'

/** A turn that a program asks of a session. */
export interface Asked {
  readonly sessionId: string
  /** What is sent: parts, agent, model. */
  readonly body: unknown
  /** The arguments by which the messages of a session are asked for. */
  readonly messagesOf: (sessionId: string) => readonly unknown[]
}

/** Reads the arguments of `session.prompt()` and its like, in the form of either version of the client. */
export function askedBy(args: readonly unknown[]): Asked | undefined {
  const [given] = args
  const former = text(dataAt(given, 'path', 'id'))
  if (former !== undefined) {
    const query = dataAt(given, 'query')
    const client = dataAt(given, 'client')
    const more = { ...(isObject(query) && { query }), ...(isObject(client) && { client }) }
    const messagesOf = (id: string): readonly unknown[] => [{ path: { id }, ...more }]
    return { sessionId: former, body: dataAt(given, 'body'), messagesOf }
  }
  const sessionId = text(dataAt(given, 'sessionID'))
  if (sessionId === undefined) return undefined
  const places = Object.fromEntries(
    ['directory', 'workspace'].flatMap((key) => {
      const place = text(dataAt(given, key))
      return place === undefined ? [] : [[key, place]]
    }),
  )
  return { sessionId, body: given, messagesOf: (id) => [{ sessionID: id, ...places }] }
}

/** What the user says: the texts of the parts, or the command with its arguments. */
export function saidIn(body: unknown): string | undefined {
  const command = text(dataAt(body, 'command'))
  if (command !== undefined) return `/${command} ${text(dataAt(body, 'arguments')) ?? ''}`.trim()
  const texts = itemsOf(dataAt(body, 'parts')).map((part) => text(dataAt(part, 'text')))
  return text(texts.filter((said) => said !== undefined).join('\n'))
}

/** The model that is asked for. */
export function modelIn(body: unknown): { model: string | undefined; provider: string | undefined } {
  const given = read(body, 'model')
  // A command names both in one.
  const [provider, ...model] = typeof given === 'string' ? given.split('/') : []
  return {
    model: text(dataAt(given, 'modelID')) ?? text(model.join('/')),
    provider: text(dataAt(given, 'providerID')) ?? text(provider),
  }
}
