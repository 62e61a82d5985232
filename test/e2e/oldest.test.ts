import { expect, test } from 'vitest'
import { newResponseId, SpanType, withAgent, withSpan, withTool } from '../../src/index.ts'
import { readWithPython } from '../support/mlflow-python.ts'
import { asked, delivered, mlflowUrl, startTracing, tracingPerTest } from './tracing.ts'

const said = tracingPerTest()

test('a turn arrives as one tree, with its content', async () => {
  startTracing()
  const responseId = newResponseId()
  const turn = { agent: 'support', responseId, input: 'Weather?', sessionId: 's-1', user: 'u-1' }
  await withAgent(turn, async () => {
    await withTool({ tool: 'get_weather', arguments: { city: 'SF' } }, async () => ({ degrees: 20.5 }))
    return withSpan(async () => 'sunny', { name: 'chat', spanType: SpanType.CHAT_MODEL })
  })
  await delivered()
  const { info, spans } = await readWithPython(mlflowUrl, responseId)
  const [root] = spans
  expect(
    spans.map(({ name, spanType, parentId, inputs, outputs }) => [name, spanType, parentId, inputs, outputs]),
  ).toEqual([
    ['agent:support', 'AGENT', null, asked('Weather?'), 'sunny'],
    ['tool:get_weather', 'TOOL', root?.spanId, { city: 'SF' }, { degrees: 20.5 }],
    ['chat', 'CHAT_MODEL', root?.spanId, null, 'sunny'],
  ])
  expect(info.state).toBe('OK')
  expect(root?.attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'u-1' })
  expect(said.codes()).toEqual(['TS_EXPERIMENT'])
})
