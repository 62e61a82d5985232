import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp, integrationFolders } from '../../support/integrations.ts'
import { LIBRARIES } from './libraries.ts'
import { linesOf, runLibrary } from './translated.ts'

const CANARY = 'the words of a user, which nobody must read'
const { fixture, programs } = integrationFolders(import.meta.url)

const tells = ({ requests }: OtlpHttpCollector, words: string): boolean =>
  requests.some(({ body }) => Buffer.from(body).includes(words))

describe.each(LIBRARIES)(
  'spans of $name ($fixture)',
  ({ name, fixture: set, isFramework, tree, instrumented = tree }) => {
    let app: BuiltApp
    beforeAll(async () => {
      app = await fixtureApp(fixture(set), programs)
    })
    afterAll(() => app?.remove())

    async function sentBy(settings: object, options: object): Promise<OtlpHttpCollector> {
      const collector = await startOtlpHttp()
      const target = {
        endpoint: `${collector.url}/v1/traces`,
        protocol: 'http/protobuf',
        contentKeys: 'mlflow',
      }
      const { report, stderr } = await runLibrary(app, {
        library: name,
        ...settings,
        options: { ...target, ...options },
      })
      expect(report).toMatchObject({ queued: 0, rejected: 0, dropped: {} })
      expect(stderr).not.toContain('TS_CALL_NOT_TRACED')
      await collector.stop()
      return collector
    }

    test.each([
      ['our provider', false],
      ["the application's provider", true],
    ])('have types, tokens and outcomes, with %s, and one span a call', async (_provider, registered) => {
      const instrumentations = isFramework ? 'auto' : []
      const sent = await sentBy({ registered }, { captureContent: true, instrumentations })
      expect(linesOf(sent.spans())).toStrictEqual(isFramework ? instrumented : tree)
      expect(tells(sent, 'How is the weather?')).toBe(true)
    })

    test('are without any content while capture is off, and of the same types and tokens', async () => {
      const sent = await sentBy({ canary: CANARY }, { captureContent: false })
      expect(tells(sent, CANARY)).toBe(false)
      const types = new Set(sent.spans().map(({ attributes }) => attributes['mlflow.spanType']))
      expect([...types]).toStrictEqual(expect.arrayContaining(typesIn(tree)))
      expect(tokensIn(linesOf(sent.spans()))).toStrictEqual(tokensIn(tree))
    })
  },
)

const typesIn = (tree: readonly string[]): string[] => [
  ...new Set(tree.flatMap((line) => / ([A-Z_]{4,})(?= |$)/.exec(line)?.[1] ?? [])),
]

const tokensIn = (lines: readonly string[]): string[] =>
  [...new Set(lines.flatMap((line) => /\d[\d/]+$/.exec(line)?.[0] ?? []))].toSorted()
