import { expect } from 'vitest'
import type { DecodedSpan } from '../support/decoded-span.ts'
import type { Outcome } from './outcome.ts'

/** A response ID, and the trace ID that it stands for. */
export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
export const RESPONSE_ID = `resp_${TRACE_ID}`

/** Checks what `fixtures/shared/turn.cjs` must have sent, however it was built and loaded. */
export function expectTurn(outcome: Outcome, arrived: readonly DecodedSpan[]): void {
  expect(outcome).toMatchObject({ answer: 'Istanbul', enabled: true, report: { queued: 0 } })
  expect(Object.values(outcome.report.dropped)).not.toContainEqual(expect.toSatisfy((count) => count > 0))
  const spans = arrived.filter(({ traceId }) => traceId === TRACE_ID)
  expect(spans.map(({ name }) => name).sort()).toEqual([
    'agent:planner',
    'plan',
    'recall',
    'tool:weather',
    'tool:weather',
  ])
  const root = one(spans, 'agent:planner')
  expect(root.parentSpanId).toBeUndefined()
  expect(spans.filter((span) => span !== root).map(({ parentSpanId }) => parentSpanId)).toEqual(
    Array(4).fill(root.spanId),
  )
  expect(root.resource['service.name']).toBe('packed-app')
  expect(root.attributes).toMatchObject({
    'mlflow.spanType': 'AGENT',
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'planner',
    'gen_ai.response.id': RESPONSE_ID,
    'session.id': 'session-1',
    'user.id': 'ada',
  })
  expect(one(spans, 'plan').attributes['mlflow.spanInputs']).toEqual({
    question: 'Where is it warmer?',
    arg1: { depth: 1 },
  })
  expectTools(spans.filter(({ name }) => name === 'tool:weather'))
  expectFailure(one(spans, 'recall'))
}

function expectTools(tools: readonly DecodedSpan[]): void {
  expect(tools.map(({ attributes }) => attributes['gen_ai.tool.call.id']).sort()).toEqual([
    'call-Istanbul',
    'call-Oslo',
  ])
  for (const { attributes, status } of tools) {
    const city = `${attributes['gen_ai.tool.call.id']}`.slice('call-'.length)
    expect(status.code).toBe('OK')
    expect(attributes).toMatchObject({ 'mlflow.spanType': 'TOOL', 'gen_ai.tool.name': 'weather' })
    expect(JSON.parse(`${attributes['gen_ai.tool.call.arguments']}`)).toEqual({ city })
    expect(JSON.parse(`${attributes['gen_ai.tool.call.result']}`)).toEqual({ city, celsius: city.length })
  }
}

function expectFailure(span: DecodedSpan): void {
  expect(span.status).toEqual({ code: 'ERROR', message: expect.stringContaining('no such memory') })
  expect(span.attributes['mlflow.spanType']).toBe('MEMORY')
  expect(span.events[0]).toMatchObject({
    name: 'exception',
    attributes: { 'exception.type': 'RangeError', 'exception.message': 'no such memory' },
  })
}

/** The only span of that name. */
export function one(spans: readonly DecodedSpan[], name: string): DecodedSpan {
  const found = spans.filter((span) => span.name === name)
  const [first] = found
  if (!first || found.length > 1) throw new Error(`${found.length} spans are named ${name}`)
  return first
}
