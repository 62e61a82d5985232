import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import { stats, withAgent, withTool } from '../../../src/index.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { until } from '../../support/until.ts'

/** An agent's turn with a tool: two spans. */
export const turn = (): number =>
  withAgent({ agent: 'a' }, () => withTool({ tool: 't', arguments: { x: 1 } }, () => 1))

/** Every span that ended is in one figure, and in one only. */
export function expectBooks(ended: number): void {
  const { sent, queued, spooled, rejected, filtered, unsampled, dropped } = stats()
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  expect(sent + queued + spooled + rejected + filtered + unsampled + lost).toBe(ended)
}

/** `spans` are those of `turns`, each of which came at least once. */
export function expectTurns(spans: readonly DecodedSpan[], turns: number): void {
  const traces = new Map<string, Set<string>>()
  for (const { traceId, name } of spans) traces.set(traceId, (traces.get(traceId) ?? new Set()).add(name))
  expect([...traces.values()].map((names) => [...names].sort())).toEqual(
    Array<string[]>(turns).fill(['agent:a', 'tool:t']),
  )
}

const descriptors = (): number => readdirSync('/proc/self/fd').length

/** Runs `test`; whatever it opened is closed soon after it. */
export async function withoutLeak(test: () => Promise<void>): Promise<void> {
  const before = descriptors()
  await test()
  await until(() => (descriptors() <= before ? true : undefined), { what: 'closed descriptors' })
}
