import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { instrumentGoogleAdk } from '../../../src/integrations/google-adk/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { changedSince, classMethods } from '../../support/class-methods.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { fixture } from './matrix.ts'

// What the objects of ADK take and give is their own affair.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

let lib: Anything
beforeAll(async () => {
  lib = createRequire(join(await fixtureModules(fixture('genai')), 'program.cjs'))('@google/adk')
  lib.setLogger(null)
})

/** A run with a tool and a model of the program's own, which is not switched on or off by anybody. */
async function run(): Promise<number> {
  class Own extends lib.BaseLlm {
    async *generateContentAsync(request: Anything): AsyncGenerator<object> {
      const call = { functionCall: { id: 'call_1', name: 'look', args: {} } }
      const isAsked = request.contents.length === 1
      yield { content: { role: 'model', parts: [isAsked ? call : { text: 'Sunny.' }] } }
    }
  }
  const look = new lib.FunctionTool({ name: 'look', description: 'Looks.', execute: () => 'sun' })
  const agent = new lib.LlmAgent({
    name: 'weather',
    model: new (Own as Anything)({ model: 'own-1' }),
    tools: [look],
  })
  const runner = new lib.InMemoryRunner({ agent, appName: 'app' })
  await runner.sessionService.createSession({ appName: 'app', userId: 'u-1', sessionId: 's-1' })
  const newMessage = { role: 'user', parts: [{ text: 'How is it?' }] }
  let count = 0
  for await (const _event of runner.runAsync({ userId: 'u-1', sessionId: 's-1', newMessage })) count += 1
  return count
}

test('every method is put back, those that runs have led to as well', async () => {
  using traces = captureTraces({ instrumentations: [] })
  const before = classMethods(lib)
  const undo = instrumentGoogleAdk(lib)
  const second = instrumentGoogleAdk(lib)
  expect(await run()).toBe(3)
  expect(changedSince(before, classMethods(lib))).toEqual(
    expect.arrayContaining(['LlmAgent callLlmAsync', 'FunctionTool runAsync', 'Runner runAsync']),
  )
  second()
  undo()
  expect(changedSince(before, classMethods(lib))).toEqual([])
  expect(await run()).toBe(3)
  expect(traces.diagnostics).toEqual([])
})

test('something else is not taken for ADK', () => {
  using traces = captureTraces({ instrumentations: [] })
  instrumentGoogleAdk({ nothing: 'known' })()
  expect(traces.diagnostics.map(({ code }) => code)).toContain('TS_INSTRUMENT_UNKNOWN')
})
