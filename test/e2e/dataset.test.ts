import { expect, test } from 'vitest'
import { SpanType, trace, withAgent, withSpan } from '../../src/index.ts'
import { fileBeside } from '../support/child.ts'
import { mlflowPython } from '../support/mlflow-version.ts'
import { run } from '../support/run.ts'
import { delivered, experimentIdOf, mlflowUrl, reader, startTracing, tracingPerTest } from './tracing.ts'

tracingPerTest()

/** Inputs of the records of an evaluation dataset that is made of all traces of an experiment. */
async function datasetOf(experimentId: string): Promise<unknown[]> {
  const { command, env } = await mlflowPython()
  const script = fileBeside(import.meta.url, './dataset.py')
  const output = await run(command, [script, mlflowUrl, experimentId], { env })
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as unknown[]
}

test('traces whose input is a text, a list of messages or a number can be put into an evaluation dataset', async () => {
  const experiment = startTracing()
  const messages = [{ role: 'user', content: 'And tomorrow?' }]
  await withAgent({ agent: 'support', input: 'Will it rain?' }, async () => 'No.')
  await withAgent({ agent: 'support', input: messages }, async () => 'Yes.')
  await withAgent({ agent: 'support', input: { question: 'Why?' } }, async () => 'So.')
  await withAgent({ agent: 'json', input: '{"a":1}' }, async () => 'So.')
  withSpan((span) => void span.setInputs(7), { name: 'chain', spanType: SpanType.CHAIN })
  trace((city: string) => `${city}!`, { name: 'plain' })('Lisbon')
  await delivered()
  const experimentId = await experimentIdOf(experiment)
  const inputs = await datasetOf(experimentId)
  expect(inputs).toHaveLength(6)
  expect(inputs).toEqual(
    expect.arrayContaining([
      { messages: [{ role: 'user', content: 'Will it rain?' }] },
      { messages },
      { question: 'Why?' },
      { messages: [{ role: 'user', content: '{"a":1}' }] },
      { input: 7 },
      { city: 'Lisbon' },
    ]),
  )
  const previews = (await reader.search('', [experimentId])).map((info) => info.request_preview)
  expect(previews).toContain('Will it rain?')
  expect(previews).toContain('And tomorrow?')
})
