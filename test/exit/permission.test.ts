import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type NodeResult, runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { type NodeLine, nodeBinary } from '../support/node-versions.ts'
import { exitApp } from './program.ts'

let app: BuiltApp
beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())

/** What is allowed beside the model itself; the network is part of it from Node 25 on. */
const modelOf = (line: NodeLine): string[] => [
  line === 20 ? '--experimental-permission' : '--permission',
  '--allow-fs-read=*',
  ...(line >= 26 ? ['--allow-net'] : []),
]

async function end(
  line: NodeLine,
  receiver: OtlpHttpCollector,
  given: { readonly nodeArgs?: string[]; readonly options?: string },
): Promise<NodeResult & { readonly written: boolean }> {
  const file = join(app.dir, `written-${line}-${Math.random()}`)
  const result = await runNode(app.program('permission.mjs'), {
    cwd: app.dir,
    args: [file],
    nodeBinary: await nodeBinary(line),
    ...(given.nodeArgs && { nodeArgs: given.nodeArgs }),
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      ...(given.options !== undefined && { NODE_OPTIONS: given.options }),
    },
  })
  return { ...result, written: existsSync(file) }
}
const namesAt = (receiver: OtlpHttpCollector): string[] => receiver.spans().map(({ name }) => name)

describe.each([20, 22, 24, 26] as const)(
  "under Node %i's permission model the thread that delivers at the end",
  (line) => {
    it('delivers, and may do no more than the program', async () => {
      await using receiver = await startOtlpHttp()
      const ended = await end(line, receiver, { nodeArgs: [...modelOf(line), '--allow-worker'] })
      expect(ended).toMatchObject({ code: 3, stdout: 'denied\n', written: false })
      expect(namesAt(receiver)).toEqual(['work'])
    })

    it('may do no more either where the model comes from the environment', async () => {
      await using receiver = await startOtlpHttp()
      const ended = await end(line, receiver, { options: [...modelOf(line), '--allow-worker'].join(' ') })
      expect(ended).toMatchObject({ code: 3, stdout: 'denied\n', written: false })
      expect(namesAt(receiver)).toEqual(['work'])
    })

    it('is missed in one line where the program may have no threads', async () => {
      await using receiver = await startOtlpHttp()
      const ended = await end(line, receiver, { nodeArgs: modelOf(line) })
      expect(ended.code).toBe(3)
      expect(namesAt(receiver)).toEqual([])
      const lines = ended.stderr.split('\n').filter((text) => text.startsWith('turnspan'))
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain('[TS_EXIT_LOST]')
    })
  },
)

it('what a program may write, it may write in that thread as well', async () => {
  await using receiver = await startOtlpHttp()
  const nodeArgs = ['--permission', '--allow-fs-read', '*', `--allow-fs-write=${app.dir}/*`, '--allow-worker']
  expect(await end(22, receiver, { nodeArgs })).toMatchObject({ stdout: 'wrote\n', written: true })
  expect(namesAt(receiver)).toEqual(['work'])
})
