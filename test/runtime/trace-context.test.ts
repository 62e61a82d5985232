import { expect, test } from 'vitest'
import { stateTextOf } from '../../src/runtime/trace-context.ts'

const throwing = {
  serialize() {
    throw new Error('a tracestate of the program')
  },
}

test.each([
  ['one that throws', throwing, undefined],
  ['one that gives no text', { serialize: () => 7 }, undefined],
  ['an empty one', { serialize: () => '' }, undefined],
  ['nothing', undefined, undefined],
  ['one without the method', {}, undefined],
  ['one of another SDK', { serialize: () => 'vendor=x' }, 'vendor=x'],
])('the text of a tracestate: %s', (_what, state, text) => {
  expect(stateTextOf(state)).toBe(text)
})
