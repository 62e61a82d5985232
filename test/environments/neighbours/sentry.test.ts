import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { edges } from '../../providers/app.ts'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { fixtureApp } from '../../support/integrations.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

const USERS = ['a', 'b', 'c']
const ofEach = (tree: (user: string) => readonly string[]): string[] => USERS.flatMap(tree).sort()

/** What reaches whom where each side sees the spans of the other. */
const TOGETHER = ofEach((user) => [
  `GET /${user}`,
  `agent:${user} < GET /${user}`,
  `db ${user} < agent:${user}`,
  `raw ${user} < db ${user}`,
  `tool:tool-${user} < raw ${user}`,
])
/** Where each side keeps to itself. */
const THEIRS = ofEach((user) => [`GET /${user}`, `db ${user} < GET /${user}`, `raw ${user} < db ${user}`])
const OURS = ofEach((user) => [`agent:${user}`, `tool:tool-${user} < agent:${user}`])
/** Where Sentry has nothing to do with OpenTelemetry. */
const WITHOUT = {
  theirs: ofEach((user) => [`GET /${user}`, `db ${user} < GET /${user}`]),
  ours: ofEach((user) => [`agent:${user}`, `raw ${user} < agent:${user}`, `tool:tool-${user} < raw ${user}`]),
}

const together = { theirs: TOGETHER, ours: TOGETHER, codes: [] }
const apart = { theirs: THEIRS, ours: OURS, codes: ['TS_PROVIDER_UNKNOWN'] }

describe.each([
  ['sentry-10.20', {}, together],
  ['sentry-10.78', {}, apart],
  ['sentry-10.78', { openTelemetryBasicTracerProvider: true }, together],
  ['sentry-11', {}, { ...WITHOUT, codes: [] }],
  ['sentry-11', { enableOpenTelemetrySetup: true }, apart],
])('beside %s with %j', (set, options, { theirs, ours, codes }) => {
  let app: BuiltApp
  let receiver: OtlpHttpCollector
  beforeAll(async () => {
    app = await fixtureApp(`${folder}/fixtures/${set}`, `${folder}/programs`)
  })
  afterAll(() => app?.remove())
  beforeEach(async () => {
    receiver = await startOtlpHttp()
    return () => receiver.stop()
  })

  it.each(
    ['sentry.mjs', 'sentry.cjs'].flatMap((program) =>
      ['sentry', 'turnspan', 'register'].map((order) => [program, order] as const),
    ),
  )('users, events and spans are who and where they are, in %s started by: %s', async (program, order) => {
    const { code, stdout, stderr } = await runNode(app.program(program), {
      cwd: app.dir,
      args: [order],
      nodeArgs: order === 'register' ? ['--import', 'turnspan/register'] : [],
      env: {
        OPTIONS: JSON.stringify(options),
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      },
    })
    expect({ code, stderr: stderr.replace(/^turnspan warn: .*\[TS_PROVIDER_UNKNOWN\]\n$/, '') }).toEqual({
      code: 0,
      stderr: '',
    })
    const { outside, events, spans, diagnostics, report } = JSON.parse(stdout)
    expect(events).toEqual(USERS.flatMap((user) => [`end of ${user}: ${user}`, `of ${user}: ${user}`]).sort())
    expect(outside).toEqual({ user: null, tags: {}, span: true, active: true })
    expect(edges(spans)).toEqual(theirs)
    expect(edges(receiver.spans())).toEqual(ours)
    expect(diagnostics).toEqual(codes)
    expect(report).toMatchObject({ sent: ours.length, queued: 0, dropped: {} })
  })
})
