import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { instrumentA2A } from '../../../src/integrations/a2a/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { changedSince, classMethods } from '../../support/class-methods.ts'
import { fixtureModules, integrationFolders } from '../../support/integrations.ts'

const { fixture } = integrationFolders(import.meta.url)

test.each([
  { set: 'sdk-0.3-oldest', more: ['A2AClient sendMessage', 'JsonRpcTransport sendMessage'] },
  { set: 'sdk-0.3-newest', more: ['A2AClient getTask', 'JsonRpcTransport cancelTask'] },
  { set: 'sdk-1-oldest', more: [] },
  { set: 'sdk-1-newest', more: [] },
])(
  'of $set every method is put back, and can be replaced again',
  { timeout: 300_000 },
  async ({ set, more }) => {
    using traces = captureTraces({ instrumentations: [] })
    const load = createRequire(join(await fixtureModules(fixture(set)), 'program.cjs'))
    const [client, server] = [load('@a2a-js/sdk/client'), load('@a2a-js/sdk/server')]
    const all = { ...client, ...server }
    const before = classMethods(all)
    const changed = (): string[] => changedSince(before, classMethods(all))
    const expected = [
      'Client sendMessage',
      'Client resubscribeTask',
      'DefaultRequestHandler sendMessage',
      ...more,
    ]
    for (let turn = 0; turn < 2; turn += 1) {
      const undo = instrumentA2A(all)
      const once = classMethods(all)
      const second = instrumentA2A(server)
      expect(changedSince(once, classMethods(all))).toEqual([])
      expect(changed()).toEqual(expect.arrayContaining(expected))
      second()
      undo()
      expect(changed()).toEqual([])
    }
    const undoClient = instrumentA2A(client.Client)
    expect(changed().every((name) => name.startsWith('Client '))).toBe(true)
    undoClient()
    expect(changed()).toEqual([])
    expect(traces.diagnostics).toEqual([])
  },
)

test('something else is not taken for A2A', () => {
  using traces = captureTraces({ instrumentations: [] })
  instrumentA2A({ sendMessage: () => 1 })()
  expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
})
