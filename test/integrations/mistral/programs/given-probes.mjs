// Requests that are made of objects which do something when they are read. The client checks and copies them.
import { hostileChats } from './hostile-chats.mjs'
import { hi, make, textOf } from './probes.mjs'

export const probes = hostileChats({
  plain: hi,
  ask: async (t, request) => (await make(t).chat.complete(request)).id,
  read: async (t, request) => textOf(await make(t).chat.stream(request)),
})
