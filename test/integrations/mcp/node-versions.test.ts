import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runNode } from '../../support/child.ts'
import { type NodeLine, nodeBinary } from '../../support/node-versions.ts'
import { type Format, installSdk, type SdkSet, sdkCopies } from './sdk.ts'

const program = fileURLToPath(new URL('differ.child.ts', import.meta.url))
// The tests themselves run on the oldest Node; here every copy runs on the next line, and one for comparison on the oldest.
const newer = sdkCopies.filter(([set]) => set !== 'sdk-1-oldest')
const runs: readonly (readonly [NodeLine, SdkSet, Format])[] = [
  [20, 'sdk-1-oldest', 'esm'],
  ...newer.map(([set, format]) => [22, set, format] as const),
]

test.each(runs)(
  'Node %s, %s, %s: every call form is the same with and without',
  { timeout: 120_000 },
  async (line, set, format) => {
    await installSdk(set)
    const ended = await runNode(program, { args: [set, format], nodeBinary: await nodeBinary(line) })
    expect(ended.stderr).toBe('')
    const report = JSON.parse(ended.stdout)
    expect(report.differences).toEqual([])
    expect(report.calls).toBeGreaterThan(25)
    expect(report.spans).toBeGreaterThan(100)
    expect(report.rejectionsWithout).toHaveLength(2)
    expect(report.rejectionsTraced).toEqual(report.rejectionsWithout)
  },
)
