import { expect, test } from 'vitest'
import { noteOn } from '../../src/translate/notes.ts'
import { translated } from './spans.ts'

// The span of these helpers.
const SPAN_ID = 'b'.repeat(16)
const CALL = { name: 'call_llm', scope: 'gcp.vertex.agent' }

test('a note is part of the copy of its span, once', () => {
  const note = noteOn(SPAN_ID)
  note.values['gcp.vertex.agent.llm_response'] = { content: { role: 'model', parts: [{ text: 'Hi!' }] } }
  note.values['gcp.vertex.agent.event_id'] = 'e-1'
  note.attributes['user.id'] = 'u-1'
  note.endTime = [3, 0]
  const first = translated(CALL)
  expect(first.outputs).toMatchObject({ choices: [{ message: { content: 'Hi!' } }] })
  expect(first.span).toMatchObject({ endTime: [3, 0], status: { code: 0 }, attributes: { 'user.id': 'u-1' } })
  const second = translated(CALL)
  expect(second.outputs).toBeUndefined()
  expect(second.span.attributes['user.id']).toBeUndefined()
})

test('a span that is sent while it is open keeps its note for its end', () => {
  noteOn(SPAN_ID).attributes['user.id'] = 'u-1'
  const open = translated({ ...CALL, attributes: { 'turnspan.open': true } })
  expect(open.span.attributes['user.id']).toBe('u-1')
  expect(translated(CALL).span.attributes['user.id']).toBe('u-1')
})

test('what is never asked for does not pile up', () => {
  noteOn(SPAN_ID).attributes['user.id'] = 'u-1'
  for (let index = 0; index < 2000; index += 1) noteOn(`never-${index}`)
  expect(translated(CALL).span.attributes['user.id']).toBeUndefined()
})
