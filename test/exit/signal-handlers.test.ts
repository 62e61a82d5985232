import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { fixtureApp } from '../support/integrations.ts'
import { type ExitRun, ending, endsUntraced, runToEnd } from './program.ts'

const folder = fileURLToPath(new URL('./signal-handlers', import.meta.url))

/** Whose handlers stand beside ours. */
const HANDLERS = [
  'signal-exit',
  'execa',
  'ora',
  'ink',
  'proper-lockfile',
  'write-file-atomic',
  'exit-hook',
  'close-with-grace',
  'async-exit-hook',
  'nest',
  'one call, then the signal again',
  'one call, later the signal again',
  'one call at the front, and it goes on',
  'a listener where there is none',
  'all listeners are taken off',
  'a listener that is taken off',
  'as many listeners as Node likes',
  'SIGKILL',
] as const

interface Case {
  readonly whose: (typeof HANDLERS)[number]
  readonly signal: NodeJS.Signals
}

const CASES: readonly Case[] = [
  ...HANDLERS.map((whose) => ({ whose, signal: 'SIGTERM' as const })),
  { whose: 'signal-exit', signal: 'SIGINT' },
  { whose: 'signal-exit', signal: 'SIGHUP' },
  { whose: 'ink', signal: 'SIGHUP' },
  { whose: 'exit-hook', signal: 'SIGHUP' },
  { whose: 'nest', signal: 'SIGINT' },
]

let app: BuiltApp
let receiver: OtlpHttpCollector
beforeAll(async () => {
  app = await fixtureApp(folder, `${folder}/programs`)
  receiver = await startOtlpHttp()
}, 600_000)
afterAll(async () => {
  await app?.remove()
  await receiver?.stop()
})

describe('handlers of signals, before and after ours', () => {
  it.each(CASES)('of $whose: spans arrive at $signal, and the end is the same', async ({ whose, signal }) => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      // So that nothing is sent before the signal.
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    }
    const run = (when: 'before' | 'after'): ExitRun => ({ args: [whose, when], env, signal })
    const count = receiver.spans().length
    const [untraced, before, after] = await Promise.all([
      endsUntraced(app, 'handlers.mjs', run('before')),
      runToEnd(app, 'handlers.mjs', run('before')),
      runToEnd(app, 'handlers.mjs', run('after')),
    ])
    expect(untraced.timedOut).toBe(false)
    expect(ending(before)).toEqual(untraced)
    expect(ending(after)).toEqual(untraced)
    const names = receiver.spans().map(({ name }) => name)
    // What was on its way at the end is sent again, and receivers know it by its ID.
    expect([...new Set(names.slice(count))].sort()).toEqual(['after', 'before'])
  })
})
