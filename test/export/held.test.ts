import { expect, test } from 'vitest'
import { fileBeside, runNode } from '../support/child.ts'
import { SHAPES, type ShapeName } from './held-shapes.ts'

const MOST = 16_000_000
/** So much may what is counted be off, either way. */
const FACTOR = 1.5

test.each(Object.keys(SHAPES) as ShapeName[])(
  'a full queue of %s traces takes the memory that it may, and says once that it is full',
  async (shape) => {
    const { stdout, stderr, code } = await runNode(fileBeside(import.meta.url, './held.child.ts'), {
      nodeArgs: ['--expose-gc'],
      args: [shape, String(MOST)],
    })
    expect(stderr.replace(/turnspan .*\n/g, '')).toBe('')
    expect(code).toBe(0)
    const { held, said, dropped } = JSON.parse(stdout)
    expect(dropped.queue_full).toBeGreaterThan(10)
    expect(held).toBeLessThan(MOST * FACTOR)
    expect(held).toBeGreaterThan(MOST / FACTOR)
    expect(said.TS_QUEUE_FULL).toBe(1)
  },
)
