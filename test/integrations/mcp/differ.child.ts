// Runs every call form with and without turnspan under whatever Node this is. Arguments: the set and the format.
import { isDeepStrictEqual } from 'node:util'
import { withAgent } from '../../../src/index.ts'
import { instrumentMcp } from '../../../src/integrations/mcp/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { calls, nextTurn, observe } from './calls.ts'
import { openScene } from './scene.ts'
import { type Anything, type Format, loadSdk, type Sdk, type SdkSet } from './sdk.ts'

const [set, format] = process.argv.slice(2) as [SdkSet, Format]
const sdk = await loadSdk(set, format)

const without = await observeAll()
const rejectionsWithout = await forgottenRejections(sdk)
const undo = sdk.modules.map((module) => instrumentMcp(module))
const traces = captureTraces()
const traced = await withAgent({ agent: 'observer' }, observeAll)
const rejectionsTraced = await forgottenRejections(sdk)
await traces.settled()
for (const each of undo) each()

const differences = Object.keys(calls).filter((name) => !isDeepStrictEqual(traced[name], without[name]))
const report = {
  differences,
  rejectionsWithout,
  rejectionsTraced,
  calls: Object.keys(calls).length,
  spans: traces.spans.length,
}
// The oldest SDK leaves the timers of requests behind, a minute each.
process.stdout.write(JSON.stringify(report), () => process.exit())

async function observeAll(): Promise<Record<string, Anything>> {
  const seen: Record<string, Anything> = {}
  for (const name of Object.keys(calls)) seen[name] = await observe(name, sdk)
  return seen
}

/** Errors of calls that nobody waits for must be reported as they are without us: once each. */
async function forgottenRejections(of: Sdk): Promise<string[]> {
  const reported: string[] = []
  const hear = (error: Anything): void => void reported.push(String(error?.message ?? error))
  process.on('unhandledRejection', hear)
  const scene = await openScene(of)
  void scene.client.request({ method: 'scene/broken', params: {} }, of.z.any())
  void scene.client.getPrompt({ name: 'unknown' })
  void scene.client.callTool({ name: 'refuses', arguments: { text: 'now' } })
  for (let turn = 0; turn < 20; turn++) await nextTurn()
  await scene.close()
  process.off('unhandledRejection', hear)
  return reported.sort()
}
