import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { instrumentGoogleAdk } from '../../../src/integrations/google-adk/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
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

/** Every method of the classes that ADK exports, as it is now. */
function methods(): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [name, value] of Object.entries<Anything>(lib)) {
    if (typeof value !== 'function') continue
    for (let at = value.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const [key, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
        found.set(`${name} ${key}`, method)
    }
  }
  return found
}

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
  const before = methods()
  const undo = instrumentGoogleAdk(lib)
  const second = instrumentGoogleAdk(lib)
  expect(await run()).toBe(3)
  const traced = methods()
  const changed = [...before].filter(([key, value]) => traced.get(key) !== value).map(([key]) => key)
  expect(changed).toEqual(
    expect.arrayContaining(['LlmAgent callLlmAsync', 'FunctionTool runAsync', 'Runner runAsync']),
  )
  second()
  undo()
  for (const [key, value] of methods()) expect(value, key).toBe(before.get(key))
  expect(await run()).toBe(3)
  expect(traces.diagnostics).toEqual([])
})

test('something else is not taken for ADK', () => {
  using traces = captureTraces({ instrumentations: [] })
  instrumentGoogleAdk({ nothing: 'known' })()
  expect(traces.diagnostics.map(({ code }) => code)).toContain('TS_INSTRUMENT_UNKNOWN')
})
