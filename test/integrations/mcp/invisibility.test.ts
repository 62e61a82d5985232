import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withAgent } from '../../../src/index.ts'
import { instrumentMcp } from '../../../src/integrations/mcp/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { calls, observe } from './calls.ts'
import { type Anything, loadSdk, type Sdk, sdkCopies } from './sdk.ts'

describe.each(sdkCopies)('%s, %s', (set, format) => {
  let sdk: Sdk
  const without: Record<string, Anything> = {}
  const after: Record<string, Anything> = {}
  const traced: Record<string, Anything> = {}
  const inTrace: Record<string, Anything> = {}
  let spans = 0

  beforeAll(async () => {
    sdk = await loadSdk(set, format)
    const all = async (to: Record<string, Anything>): Promise<void> => {
      for (const name of Object.keys(calls)) to[name] = await observe(name, sdk)
    }
    await all(without)
    const undo = sdk.modules.map((module) => instrumentMcp(module))
    using traces = captureTraces()
    await all(traced)
    await withAgent({ agent: 'observer' }, () => all(inTrace))
    await traces.settled()
    spans = traces.spans.length
    for (const each of undo) each()
    await all(after)
  }, 180_000)

  afterAll(() => expect(spans).toBeGreaterThan(100))

  test.each(Object.keys(calls))('%s: the same with and without', (name) => {
    expect(traced[name]).toEqual(without[name])
    expect(inTrace[name]).toEqual(without[name])
    expect(after[name]).toEqual(without[name])
  })
})
