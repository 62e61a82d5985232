import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { startOtlpHttp } from '../support/collector.ts'
import { exitApp, runToEnd } from './program.ts'

let app: BuiltApp
beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())

it('the thread that delivers at the end is ours, whatever file the program calls its own', async () => {
  await using receiver = await startOtlpHttp()
  const folder = await mkdtemp(join(tmpdir(), 'turnspan-other-'))
  try {
    const planted = `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(join(folder, 'ran'))}, '')`
    for (const extension of ['js', 'cjs'])
      await writeFile(join(folder, `turnspan-exit-worker.${extension}`), planted)
    const ended = await runToEnd(app, 'other-file.mjs', {
      args: [join(folder, 'app.js')],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
    })
    expect(ended).toMatchObject({ code: 3, stderr: '' })
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(await readdir(folder)).not.toContain('ran')
  } finally {
    await rm(folder, { recursive: true })
  }
})
