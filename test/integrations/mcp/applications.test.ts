import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { assembleApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { installSdk, sdkSets } from './sdk.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

test.each(sdkSets)(
  '%s: init alone traces applications in both module formats',
  { timeout: 120_000 },
  async (set) => {
    const modules = join(await installSdk(set), 'node_modules')
    await using app = await assembleApp({ modules, programs: [here('programs'), here(`fixtures/${set}`)] })
    for (const program of ['app.mjs', 'app.cjs']) {
      for (const order of ['before', 'after']) {
        await using collector = await startOtlpHttp()
        const ended = await runNode(app.program(program), {
          args: [set === 'sdk-2' ? '2' : '1', order],
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
        })
        expect(ended.stderr).toBe('')
        expect(JSON.parse(ended.stdout)).toEqual({ text: 'hi', sent: 3 })
        const spans = collector.spans()
        const [agent, call, handled] = ['agent:app', 'echo', 'tools/call echo'].map((name) =>
          spans.find((span) => span.name === name),
        )
        expect([call?.parentSpanId, handled?.parentSpanId]).toEqual([agent?.spanId, call?.spanId])
        expect([call?.kind, handled?.kind]).toEqual(['CLIENT', 'SERVER'])
      }
    }
  },
)
