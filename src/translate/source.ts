import type { Attributes } from '../span/attributes.ts'
import type { EndedSpan, SpanEvent } from '../span/ended-span.ts'
import { at, parsed } from './data.ts'
import { unflattened } from './flattened.ts'

/** Where a vocabulary has a value: the key of an attribute, with a path into its JSON after `#`. */
export type Key = string

/** Messages of a span, where they stand in events. */
export interface EventMessages {
  readonly asked: readonly unknown[]
  readonly answered: readonly unknown[]
  readonly finish: unknown
}

/** A span as vocabularies read it. */
export interface Source {
  readonly span: EndedSpan
  /** Those of the span, and of its event that has the details of an operation. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly messages: EventMessages
  get(key: Key): unknown
  first(keys: readonly Key[]): unknown
  list(prefix: string, rename?: (piece: string) => string): unknown
}

const DETAILS = 'gen_ai.client.inference.operation.details'
const MESSAGE = /^gen_ai\.(system|user|assistant|tool)\.message$/
const CHOICE = 'gen_ai.choice'

const BODY =
  /^(?:content|message|parts|gen_ai\.(?:(?:input|output)\.messages|system_instructions|tool\.definitions))$/

/** Whether what an event holds is said by the translated span itself. */
export const isLifted = ({ name, attributes = {} }: SpanEvent): boolean =>
  (name === DETAILS || name === CHOICE || MESSAGE.test(name)) &&
  Object.keys(attributes).some((key) => BODY.test(key))

/** @param noted - what is known besides, in place of the span's own attributes */
export function sourceOf(span: EndedSpan, noted?: Readonly<Record<string, unknown>>): Source {
  const attributes = noted === undefined ? withDetails(span) : { ...withDetails(span), ...noted }
  const parsedJson = new Map<string, unknown>()
  const read = (key: string): unknown => {
    if (!parsedJson.has(key)) parsedJson.set(key, parsed(attributes[key]))
    return parsedJson.get(key)
  }
  const get = (key: Key): unknown => {
    const [name, path] = key.split('#') as [string, string?]
    return path === undefined ? attributes[name] : at(read(name), ...path.split('.'))
  }
  return {
    span,
    attributes,
    messages: eventMessages(span),
    get,
    first(keys) {
      for (const key of keys) {
        const found = get(key)
        if (found !== undefined && found !== '') return found
      }
      return undefined
    },
    list: (prefix, rename) => unflattened(attributes, prefix, rename),
  }
}

function withDetails({ attributes, events }: EndedSpan): Attributes {
  const details = events.filter(({ name }) => name === DETAILS)
  return details.length === 0
    ? attributes
    : Object.assign({}, ...details.map((one) => one.attributes), attributes)
}

function eventMessages({ events }: EndedSpan): EventMessages {
  const asked: unknown[] = []
  const answered: unknown[] = []
  let finish: unknown
  for (const { name, attributes = {} } of events) {
    const body = attributes.content ?? attributes.message ?? attributes.parts
    const told = MESSAGE.exec(name)?.[1]
    if (told !== undefined) asked.push({ ...attributes, role: told, content: body })
    if (name !== CHOICE) continue
    const message = parsed(body)
    const isMessage = at(message, 'role') !== undefined
    answered.push(isMessage ? message : { ...attributes, role: 'assistant', content: body })
    finish = attributes.finish_reason
  }
  return { asked, answered, finish }
}
