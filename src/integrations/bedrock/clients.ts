import { isObject, likeness, type Method, ownerOf, type Patches, read, type Wrap } from '../base/index.ts'

// A client of the AWS SDK is observed in its method `send`, and not by a middleware of its stack: the stack is what the
// program composes and reads (`identify()`, `clone()`), each client has its own, and what stands in it is cached with the
// handlers. `send` is where a call begins and ends for the program, whichever middlewares, retries and signatures follow;
// those of other vendors run inside of it, in their order, on the request that they would have without turnspan.

const SEND = 'send'

/** The prototypes of Bedrock's clients in what was given: the exports of a package, a class or a client. */
export function clientPrototypes(copy: unknown): object[] {
  const exported = ['BedrockRuntimeClient', 'BedrockAgentRuntimeClient'].flatMap((name) => [
    read(copy, name, 'prototype'),
    read(copy, 'default', name, 'prototype'),
  ])
  const candidates = [...exported, read(copy, 'prototype'), isBedrockClient(copy) ? copy : undefined]
  return [...new Set(candidates.flatMap((candidate) => ownClass(candidate) ?? []))]
}

function isBedrockClient(value: unknown): boolean {
  const service = read(value, 'config', 'serviceId')
  return service === 'Bedrock Runtime' || service === 'Bedrock Agent Runtime'
}

/**
 * The prototype of the service's own class in the chain of `candidate`: the one right below that of the clients of all
 * services, from which it has `send`. What is derived from it, such as the client with a method for each command, has it too.
 */
function ownClass(candidate: unknown): object | undefined {
  if (typeof read(candidate, SEND) !== 'function' || typeof read(candidate, 'destroy') !== 'function')
    return undefined
  let found: object | undefined
  let at = candidate
  while (isObject(at) && at !== Object.prototype) {
    const above: unknown = Object.getPrototypeOf(at)
    if (ownerOf(above, SEND) !== undefined && Object.hasOwn(at, 'constructor')) found = at
    at = above
  }
  return found
}

/**
 * Wraps `send` of one service. The method belongs to a class above, which the clients of S3 and all others share: so the
 * class of the service gets one of its own, which goes on to the one above as that is by then, whoever has patched it.
 */
export function patchSend(patches: Patches, prototype: object, wrap: Wrap): boolean {
  if (!Object.hasOwn(prototype, SEND)) {
    const inherited = (): Method => Reflect.get(Object.getPrototypeOf(prototype) as object, SEND) as Method
    const { send: forward } = {
      [SEND](this: unknown, ...args: unknown[]): unknown {
        return Reflect.apply(inherited(), this, args)
      },
    }
    if (forward === undefined) return false
    likeness(inherited(), forward)
    const own = { value: forward, writable: true, configurable: true, enumerable: false }
    if (!Reflect.defineProperty(prototype, SEND, own)) return false
    patches.onUndo(() => {
      if (Object.getOwnPropertyDescriptor(prototype, SEND)?.value === forward)
        Reflect.deleteProperty(prototype, SEND)
    })
  }
  return patches.wrap(prototype, SEND, wrap)
}
