// Requests that are made of objects which do something when they are read.
import { textOf } from './chat-probes.mjs'
import { hostileChats } from './hostile-chats.mjs'
import { hi, make } from './probes.mjs'

const streamed = (request) =>
  Object.isFrozen(request)
    ? request
    : Object.defineProperty(request, 'stream', { value: true, enumerable: true })

export const probes = hostileChats({
  plain: hi,
  ask: async (t, request) => (await make(t).chat.completions.create(request)).id,
  async read(t, request) {
    const given = streamed(request)
    const came = await make(t).chat.completions.create(given)
    return Object.isFrozen(given) ? came.id : textOf(came)
  },
})
