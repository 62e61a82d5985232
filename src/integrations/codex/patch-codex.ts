import { createHarness } from '../base/harness/index.ts'
import { currentPipeline, follow, type Method, type Patches, read } from '../base/index.ts'
import { createTurn } from './turn.ts'

/**
 * Observes the one method by which threads run their turns, streamed or not: it hands on what Codex, which is a process of
 * its own, reports line by line.
 *
 * @param copy - the exports of the package, its class `Thread`, or a thread
 * @returns whether it is one of them
 */
export function patchCodex(copy: unknown, patches: Patches): boolean {
  const harness = createHarness({ name: 'codex', provider: 'openai' })
  const observed = (original: Method): Method =>
    function (this: object, ...args: unknown[]): unknown {
      if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
      const events: unknown = Reflect.apply(original, this, args)
      return follow(events, createTurn(harness, this, args))
    } as Method
  const targets = [read(copy, 'Thread', 'prototype'), read(copy, 'prototype'), copy]
  return targets.some((target) => patches.wrap(target, 'runStreamedInternal', observed))
}
