import { processWide } from './registry.ts'

/** What is known of the spans that stand for the call of a model by a client; shared by all copies of turnspan. */
export function modelCallSpans<Call>(): WeakMap<object, Call> {
  return processWide('model-calls', () => new WeakMap<object, Call>())
}

/** What stands for spans that a client makes of its own calls, and that turnspan leaves out. */
export function leftOutSpans(): WeakSet<object> {
  return processWide('left-out-spans', () => new WeakSet())
}
