// Requests that are made of objects which do something when they are read.
import { hostileCompletions } from './hostile-chats.mjs'
import { hi, make } from './probes.mjs'

export const probes = hostileCompletions(make, hi)
