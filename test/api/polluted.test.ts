import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { assembleApp } from '../support/built.ts'
import { runNode } from '../support/child.ts'
import { startOtlpHttp } from '../support/collector.ts'

test('members that a program gave all objects are none of a value, and no options', async () => {
  const { stdout, stderr, code } = await runNode(
    fileURLToPath(new URL('./polluted.child.ts', import.meta.url)),
  )
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual({
    results: [{ sum: 3 }, [1]],
    seen: [
      ['add', { a: 1, b: { c: 2 } }, { sum: 3 }, []],
      ['agent:a', null, [1], expect.arrayContaining(['key'])],
      ['tool:t', { a: 1 }, [1], expect.arrayContaining(['gen_ai.tool.name'])],
      ['numbers', null, [1], []],
    ],
  })
})

test.each(['index.js', 'index.cjs', 'mlflow.js'])(
  'the package is loaded and sends where all objects have such members: %s',
  async (file) => {
    await using collector = await startOtlpHttp().then((one) =>
      Object.assign(one, { [Symbol.asyncDispose]: () => one.stop() }),
    )
    const url = (name: string): string => JSON.stringify(pathToFileURL(name).href)
    const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
    await using app = await assembleApp({ modules, programs: [] })
    const dist = app.program('node_modules/turnspan/dist')
    const program = `
    Object.prototype.extend = () => undefined
    Object.prototype.polluted = { a: 1 }
    await import(${url(join(dist, file))})
    const { flushTraces, init, withAgent } = await import(${url(join(dist, 'index.js'))})
    init({ endpoint: '${collector.url}/v1/traces', protocol: 'http/protobuf', instrumentations: false })
    withAgent({ agent: 'a', attributes: { key: 1 } }, () => 1)
    await flushTraces()`
    const { code, stderr } = await runNode({ eval: program })
    expect([code, stderr]).toEqual([0, ''])
    expect(collector.spans().map(({ name }) => name)).toEqual(['agent:a'])
    expect(collector.spans()[0]?.attributes).not.toHaveProperty('polluted')
  },
)
