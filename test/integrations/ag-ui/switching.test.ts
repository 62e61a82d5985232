import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { instrumentAgUi } from '../../../src/integrations/ag-ui/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { changedSince, classMethods } from '../../support/class-methods.ts'
import { fixtureModules, integrationFolders } from '../../support/integrations.ts'

const { fixture } = integrationFolders(import.meta.url)

// What the client's objects take and give is their business.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

const loaded = async (): Promise<Anything> =>
  createRequire(join(await fixtureModules(fixture('client-1')), 'program.cjs'))('@ag-ui/client')

/** An agent of the program itself, which says what it is asked. */
function echo({ AbstractAgent }: Anything, Observable: Anything): Anything {
  class Echo extends AbstractAgent {
    run({ threadId, runId, messages }: Anything): unknown {
      return new Observable((to: Anything) => {
        const messageId = `m-${runId}`
        for (const event of [
          { type: 'RUN_STARTED', threadId, runId },
          { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
          { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: messages.at(-1).content },
          { type: 'TEXT_MESSAGE_END', messageId },
          { type: 'RUN_FINISHED', threadId, runId },
        ])
          to.next(event)
        to.complete()
      })
    }
  }
  const initialMessages = [{ id: 'm-1', role: 'user', content: 'secret' }]
  return new (Echo as Anything)({ agentId: 'echo', threadId: 't-1', initialMessages })
}

const observable = async (): Promise<Anything> =>
  createRequire(join(await fixtureModules(fixture('client-1')), 'program.cjs'))('rxjs').Observable

test('every method is put back, and can be replaced again', { timeout: 300_000 }, async () => {
  using traces = captureTraces({ instrumentations: [] })
  const sdk = await loaded()
  const before = classMethods(sdk)
  const changed = (): string[] => changedSince(before, classMethods(sdk))
  for (let turn = 0; turn < 2; turn += 1) {
    const undo = instrumentAgUi(sdk)
    const once = classMethods(sdk)
    const second = instrumentAgUi(sdk.HttpAgent)
    expect(changedSince(once, classMethods(sdk))).toEqual([])
    expect(changed()).toEqual(expect.arrayContaining(['AbstractAgent runAgent', 'HttpAgent requestInit']))
    second()
    undo()
    expect(changed()).toEqual([])
  }
  expect(traces.diagnostics).toEqual([])
})

test('a run that is under way when it is switched off ends its span, and later ones make none', async () => {
  using traces = captureTraces({ instrumentations: [] })
  const [sdk, Observable] = [await loaded(), await observable()]
  const undo = instrumentAgUi(sdk)
  const running = echo(sdk, Observable).runAgent()
  undo()
  const { newMessages } = await running
  expect(newMessages).toMatchObject([{ role: 'assistant', content: 'secret' }])
  expect(traces.spans.map(({ name }) => name)).toEqual(['agent:echo'])
  await echo(sdk, Observable).runAgent()
  expect(traces.spans).toHaveLength(1)
})

test('without content nothing of what was said is recorded', async () => {
  using traces = captureTraces({ instrumentations: [], captureContent: false })
  const [sdk, Observable] = [await loaded(), await observable()]
  const undo = instrumentAgUi(sdk)
  await echo(sdk, Observable).runAgent()
  undo()
  expect(traces.spans.map(({ name }) => name)).toEqual(['agent:echo'])
  const told = JSON.stringify(traces.spans, (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  expect(told).not.toContain('secret')
})

test('something else is not taken for AG-UI', () => {
  using traces = captureTraces({ instrumentations: [] })
  instrumentAgUi({ runAgent: () => 1 })()
  expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
})
