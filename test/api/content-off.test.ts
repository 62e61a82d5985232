import { afterEach, expect, test } from 'vitest'
import { startSpan, withSpan, withTool } from '../../src/index.ts'
import { beginModelCall } from '../../src/integrations/base/model-call.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

const CANARY = 'the words of a user, which nobody must read'
let traces: CapturedTraces | undefined
afterEach(() => traces?.stop())

class Sentence extends Error {
  override name = CANARY
}

test('the name of what was thrown is a type only where it is a plain identifier', () => {
  traces = captureTraces({ captureContent: false })
  for (const thrown of [
    new Sentence(CANARY),
    { name: CANARY },
    new RangeError(CANARY),
    { name: 'AbortError' },
  ]) {
    expect(() =>
      withSpan(() => {
        throw thrown
      }),
    ).toThrow()
  }
  expect(traces.spans.map(({ attributes }) => attributes['error.type'])).toEqual([
    'Error',
    'Error',
    'RangeError',
    'AbortError',
  ])
  expect(traces.spans.map(({ error }) => error?.type)).toEqual(['Error', 'Error', 'RangeError', 'AbortError'])
  expect(JSON.stringify(traces.all)).not.toContain(CANARY)
})

test('stop sequences, addresses of resources, descriptions and told failures are not recorded', () => {
  traces = captureTraces({ captureContent: false })
  const attributes = {
    'gen_ai.request.stop_sequences': [CANARY],
    'gen_ai.tool.description': CANARY,
    'mcp.resource.uri': `memo://${CANARY}`,
    'ai.ranking': [CANARY],
    'error.type': CANARY,
    'gen_ai.request.max_tokens': 7,
  }
  const call = beginModelCall(() => ({ operation: 'chat', model: 'm', spanType: 'CHAT_MODEL', attributes }))
  call?.retry({ attempt: 1, error: CANARY })
  call?.finish({ error: { type: CANARY, message: CANARY }, outputs: CANARY })
  withTool({ tool: 't', arguments: CANARY }, () => CANARY)
  const span = startSpan({ name: 's', attributes })
  span.addEvent('step', attributes)
  span.end()
  expect(JSON.stringify(traces.all)).not.toContain(CANARY)
  expect(traces.spans.map(({ name }) => name)).toEqual(['chat m', 'tool:t', 's'])
  expect(traces.get('s').attributes).toEqual({ 'error.type': 'Error', 'gen_ai.request.max_tokens': 7 })
})

test('all of it is recorded with content', () => {
  traces = captureTraces({ captureContent: true })
  withSpan((span) => span.setAttribute('gen_ai.request.stop_sequences', [CANARY]), { name: 's' })
  expect(traces.get('s').attributes).toEqual({ 'gen_ai.request.stop_sequences': [CANARY] })
})
