import { isObject, type Method, ownerOf, read } from '../base/index.ts'

/**
 * With what a resource is made where nothing but its class is wanted, which no export leads to. Making one stores its
 * options; where they name a logger, it does not ask the environment for one.
 */
const OPTIONS: Readonly<Record<string, unknown>> = { debugLogger: {} }

/** Names of the method that makes a request, on the class that client and resources have in common. */
export const CREATE_REQUEST = ['_createRequest', 'createRequest$'] as const

/** The classes of clients in what was given: the exports, a class, or an instance. */
export function clientClasses(copy: unknown): unknown[] {
  const candidates = [
    copy,
    read(copy, 'Mistral'),
    read(copy, 'default'),
    read(copy, 'default', 'Mistral'),
    read(copy, 'constructor'),
  ]
  return [...new Set(candidates)].filter((candidate) => {
    const prototype = typeof candidate === 'function' ? read(candidate, 'prototype') : undefined
    return (
      getterOf(prototype, 'chat') !== undefined &&
      CREATE_REQUEST.some((name) => ownerOf(prototype, name) !== undefined)
    )
  })
}

/** A resource of the client, made of nothing; `undefined` where its version has none like it. */
export function madeResource(client: unknown, path: readonly string[]): object | undefined {
  try {
    let prototype: unknown = read(client, 'prototype')
    let made: object = { _options: OPTIONS, options$: OPTIONS }
    for (const name of path) {
      const next: unknown = Reflect.apply(getterOf(prototype, name) ?? nothing, made, [])
      if (!isObject(next)) return undefined
      made = next
      prototype = Object.getPrototypeOf(next)
    }
    return made
  } catch {
    return undefined
  }
}

/** The prototype of `made`, which every other of its kind has too. */
export const prototypeOf = (made: unknown): object | undefined =>
  isObject(made) ? ((Object.getPrototypeOf(made) as object | null) ?? undefined) : undefined

const nothing: Method = () => undefined

/** Resources are made when they are first asked for. */
function getterOf(prototype: unknown, name: string): Method | undefined {
  const owner = ownerOf(prototype, name)
  return owner && (Object.getOwnPropertyDescriptor(owner, name)?.get as Method | undefined)
}
