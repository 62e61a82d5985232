// Requests that are made of objects which do something when they are read.
import { hostileChats } from './hostile-chats.mjs'
import { hi, textOf, v2 } from './probes.mjs'

export const probes = hostileChats({
  plain: hi,
  ask: async (t, request) => (await v2(t).chat(request)).id,
  read: async (t, request) => textOf(await v2(t).chatStream(request)),
})
