import { expect, test } from 'vitest'
import type { ContentKeys } from '../../../src/config/config.ts'
import { exportedAttributes } from '../../../src/span/semconv/span-attributes.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'
import { endedSpan } from '../../export/ended-span.ts'

const CHAT = { messages: [{ role: 'user', content: 'Why?' }] }
const list = [{ role: 'user', content: 'Why?' }]

interface Given {
  readonly spanType?: string
  readonly parentSpanId?: string
  readonly contentKeys?: ContentKeys
  readonly mlflow?: boolean
}

function stored(inputs: Parameters<typeof snapshotOf>[0], given: Given = {}): unknown {
  const { spanType = 'AGENT', parentSpanId, contentKeys = 'mlflow', mlflow = true } = given
  const agent = { spanType, jsonKeys: new Set<string>(), inputs: snapshotOf(inputs) }
  const span = endedSpan({ agent, parentSpanId })
  return exportedAttributes(span, { contentKeys, legacySemconv: false, mlflow })['mlflow.spanInputs']
}

test.each([
  ['a question', 'Why?', CHAT],
  ['a list of messages', list, CHAT],
  ['a list of anything', [1, 2], { input: [1, 2] }],
  ['a number', 7, { input: 7 }],
  ['nothing', null, { input: null }],
  ['text that is JSON', '{"a":1}', { messages: [{ role: 'user', content: '{"a":1}' }] }],
  ['an object', { question: 'Why?' }, { question: 'Why?' }],
])('the inputs of a root are an object for MLflow: %s', (_what, inputs, expected) => {
  expect(stored(inputs)).toEqual(expected)
})

test('the text of a root that is no conversation stands under `input`', () => {
  expect(stored('Why?', { spanType: 'CHAIN' })).toEqual({ input: 'Why?' })
})

test('below a root, and for receivers that are not MLflow, inputs are what was given', () => {
  expect(stored('Why?', { parentSpanId: 'b7ad6b7169203331' })).toBe('Why?')
  expect(stored('Why?', { spanType: 'CHAIN', contentKeys: 'gen_ai', mlflow: false })).toBe('Why?')
})
