import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runNode } from '../support/child.ts'

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
