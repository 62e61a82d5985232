import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage()
const SPANS = 8

/** What any span has: where it stands, its ID, its times. */
class LeastSpan {
  constructor(parent, spanId, startMs) {
    this.parent = parent
    this.spanId = spanId
    this.startMs = startMs
    this.endMs = 0
    this.name = 'tiny'
    this.attributes = undefined
  }
}

let bits = 1
const DIGITS = '0123456789abcdef'

/** Sixteen digits made of one number after the other, which is less than random. */
function someId() {
  bits = (Math.imul(bits, 1_664_525) + 1_013_904_223) >>> 0
  const codes = []
  for (let i = 0; i < 16; i += 1) codes.push(DIGITS.charCodeAt((bits >>> ((i % 8) * 4)) & 15))
  return String.fromCharCode(...codes)
}

const ended = []

/** A span around nothing, active meanwhile, kept until a batch of them is there. */
function leastSpan() {
  const span = new LeastSpan(storage.getStore(), someId(), performance.now())
  storage.run(span, nothing)
  span.endMs = performance.now()
  ended.push(span)
  if (ended.length === 512) ended.length = 0
}

const nothing = () => undefined

const times = (work) => () => {
  for (let i = 0; i < SPANS; i += 1) work()
}

/** Parts of what a span costs before anything is recorded on it; each is done as often as a turn has spans. */
export const spanRows = [
  ['read the clock twice', times(() => performance.now() + performance.now())],
  ['make an ID', times(someId)],
  ['enter and leave a context', times(() => storage.run(undefined, nothing))],
  ['all of it, with an object for the span and a place in a list', times(leastSpan)],
]
