import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startHttp } from './raw-server.ts'

const run = promisify(execFile)

const child = async (file: string, url: string): Promise<unknown> => {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const { stdout } = await run(process.execPath, ['--import', 'tsx', path, url], { timeout: 60_000 })
  return JSON.parse(stdout)
}

test('makes no spans for its own requests where all others are traced', async () => {
  const traceparents: (string | undefined)[] = []
  await using server = await startHttp((incoming, answer) => {
    traceparents.push(incoming.headers.traceparent?.toString())
    answer.end('ok')
  })
  const counts = await child('./http-untraced.child.ts', server.origin)
  expect(counts).toEqual({ afterOwn: 0, afterOther: 1, suppressed: [true, false] })
  expect(traceparents).toHaveLength(2)
})

test('does not keep the process alive with an idle connection', async () => {
  await using server = await startHttp((_, answer) => answer.end('ok'))
  const { idleMs } = (await child('./http-idle.child.ts', server.origin)) as { idleMs: number }
  expect(idleMs).toBeLessThan(1000)
})
