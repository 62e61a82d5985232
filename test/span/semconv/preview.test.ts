import { expect, test } from 'vitest'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { previewOf } from '../../../src/span/semconv/preview.ts'

const rows: readonly (readonly [string, Captured, 'user' | 'assistant', string])[] = [
  ['a text', 'hello', 'user', '"hello"'],
  ['an object', { city: 'SF' }, 'user', '{"city":"SF"}'],
  ['nothing', null, 'assistant', 'null'],
  [
    'the last message of the user',
    {
      messages: [
        { role: 'user', content: 'one' },
        { role: 'user', content: 'two' },
        { role: 'assistant', content: 'three' },
      ],
    },
    'user',
    'two',
  ],
  [
    'the text of parts',
    { messages: [{ role: 'user', content: [{ type: 'image' }, { type: 'text', text: 'look' }] }] },
    'user',
    'look',
  ],
  [
    'the answer of a completion',
    { choices: [{ message: { role: 'assistant', content: 'yes' } }] },
    'assistant',
    'yes',
  ],
  ['messages that are none', { messages: ['a', null, 3] }, 'user', '{"messages":["a",null,3]}'],
  ['choices that are none', { choices: {} }, 'assistant', '{"choices":{}}'],
]

test.each(rows)('shows %s', (_what, value, role, expected) => {
  expect(previewOf(value, role)).toBe(expected)
})

test('is at most 1000 characters, and never half a surrogate pair', () => {
  for (const lead of ['', 'x']) {
    const preview = previewOf({ messages: [{ role: 'user', content: lead + '🚀'.repeat(2000) }] }, 'user')
    expect(preview.length).toBeLessThanOrEqual(1000)
    expect(preview).toMatch(/🚀\.\.\.$/u)
  }
})
