import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, ownScripts, programs } from './matrix.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(ownScripts)
})
afterAll(() => provider.stop())

const LINE = 'experimental_telemetry: { isEnabled: true }'

describe.each(['ai-5.0', 'ai-5', 'ai-6.0', 'ai-6'])('%s, loaded before turnspan', (set) => {
  let app: BuiltApp
  beforeAll(async () => {
    app = await fixtureApp(fixture(set), programs)
  })
  afterAll(() => app.remove())

  let runs = 0
  const saidOf = async (
    ...calls: readonly string[]
  ): Promise<{ said: [string, string][]; stderr: string }> => {
    const settings = {
      endpoint: 'http://127.0.0.1:9/v1/traces',
      baseURL: `${provider.address('hello', `unasked${set}${runs++}`)}/v1`,
      calls,
    }
    const ended = await runNode(app.program('unasked.mjs'), {
      cwd: app.dir,
      env: { SETTINGS: JSON.stringify(settings) },
    })
    expect(ended.code).toBe(0)
    return { said: JSON.parse(ended.stdout) as [string, string][], stderr: ended.stderr }
  }

  test.each([['text'], ['stream'], ['embed']])(
    'the first call that is not traced is said once: %s',
    async (call) => {
      const { said, stderr } = await saidOf('agent', call, call)
      expect(said).toEqual([['warn', expect.stringContaining(LINE)]])
      expect(stderr.split('\n').filter((line) => line.includes('[TS_AI_SDK_UNTRACED]'))).toHaveLength(1)
    },
  )

  test('nothing is said where telemetry is switched on, nor of what has none', async () => {
    const calls = [
      'text asking',
      'text with a tracer',
      'agent',
      'image',
      'model alone',
      'request',
      'text asking',
    ]
    expect((await saidOf(...calls)).said).toEqual([])
  })

  test('a program that asks elsewhere finds it in its log only', async () => {
    const { said, stderr } = await saidOf('text asking', 'text')
    expect(said).toEqual([['info', expect.stringContaining(LINE)]])
    expect(stderr).not.toContain('TS_AI_SDK_UNTRACED')
  })
})
