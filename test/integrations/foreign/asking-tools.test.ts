import { expect, test } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp, integrationFolders } from '../../support/integrations.ts'
import { linesOf, runLibrary } from './translated.ts'

const { fixture, programs } = integrationFolders(import.meta.url)

test.each([
  ['our provider', false],
  ["the application's provider", true],
])(
  'what a tool of a framework asks, and what is asked after it, is traced, with %s',
  async (_name, registered) => {
    await using app = await fixtureApp(fixture('tanstack'), programs)
    await using collector = await startOtlpHttp()
    const options = {
      endpoint: `${collector.url}/v1/traces`,
      protocol: 'http/protobuf',
      instrumentations: 'auto',
    }
    await runLibrary(app, { library: 'asking-tools', registered, options })
    // The spans of this framework are not active while it works: what the tool asks has no parent among them. Its sum of
    // tokens is nobody's but MLflow's.
    expect(linesOf(collector.spans())).toStrictEqual([
      'chat gpt-4o CHAIN',
      '  chat gpt-4o #0 CHAT_MODEL 40/10/16',
      '    look TOOL',
      '  chat gpt-4o #1 CHAT_MODEL 40/10/16',
      'chat gpt-4o CHAT_MODEL 40/10/16',
      'chat gpt-4o CHAT_MODEL 40/10/16',
    ])
  },
)
