import { turnspanCalls } from '../turnspan-calls.mjs'

/** turnspan in the code, but never told where to send: the state of every test run and most laptops. */
export function start() {
  return turnspanCalls
}
