import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { blocksOf, root } from '../examples/pages.ts'
import { runNode } from '../support/child.ts'

const url = inject('mlflowUrl')
const RESPONSE_ID = 'resp_0af7651916cd43dd8448eb211c80319c'

/** As a program of the sources, against the server of these tests. */
const here = (code: string): string =>
  code
    .replaceAll("'turnspan/mlflow'", JSON.stringify(`${root}src/mlflow/index.ts`))
    .replaceAll("'turnspan'", JSON.stringify(`${root}src/index.ts`))
    .replaceAll('http://localhost:5000', url)

test('the client that docs/mlflow.md shows reads, searches and assesses a trace', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'turnspan-docs-'))
  try {
    const run = async (name: string, code: string): Promise<string> => {
      await writeFile(join(folder, name), here(code))
      const { code: exit, stdout, stderr } = await runNode(join(folder, name))
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      return stdout
    }
    await run(
      'stored.mts',
      `import { flushTraces, init, withAgent } from 'turnspan'
      init({ trackingUri: 'http://localhost:5000', experimentName: 'support' })
      try {
        withAgent({ agent: 'support', responseId: '${RESPONSE_ID}' }, () => { throw new Error('no answer') })
      } catch {}
      await flushTraces()`,
    )
    const [shown] = blocksOf('docs/mlflow.md', 'ts').filter(({ code }) => code.includes('createMlflowClient'))
    expect(await run('shown.mts', shown?.code ?? '')).toBe("ERROR [ 'AGENT agent:support' ]\n")
  } finally {
    await rm(folder, { recursive: true })
  }
})
