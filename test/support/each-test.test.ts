import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { init, onDiagnostic } from '../../src/index.ts'
import { diagnose, diagnoseOnce } from '../../src/runtime/diagnostics.ts'
import { configuredPipeline } from '../../src/tracer/current.ts'

/** What a test leaves under way, resolved once it has spoken. */
let late: Promise<void> | undefined
let heard: string[] = []

describe('what one test leaves', () => {
  test('a test leaves work behind, a listener, something said, and a pipeline', () => {
    onDiagnostic(({ code }) => heard.push(`first ${code}`))
    diagnoseOnce('info', 'TS_ONCE', 'said in the first test')
    late = sleep(20).then(() => {
      diagnose('error', 'TS_LATE', 'said by work of the first test')
      diagnoseOnce('error', 'TS_ONCE_LATE', 'said by work of the first test')
    })
    init({ endpoint: 'http://127.0.0.1:9', instrumentations: false })
    expect(heard).toEqual(['first TS_ONCE'])
  })

  test('does not reach the next one', async () => {
    heard = []
    expect(configuredPipeline()).toBeUndefined()
    onDiagnostic(({ code }) => heard.push(code))
    await late
    diagnoseOnce('info', 'TS_ONCE', 'said again')
    diagnoseOnce('info', 'TS_ONCE_LATE', 'said for the first time')
    expect(heard.filter((code) => !code.startsWith('first'))).toEqual(['TS_ONCE', 'TS_ONCE_LATE'])
    expect(heard).not.toContain('first TS_LATE')
  })
})
