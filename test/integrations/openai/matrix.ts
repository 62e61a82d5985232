import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeLine } from '../../support/node-versions.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Programs with the probes of this client. */
export const programs: string = join(folder, 'programs')

/** The fixture project of a set. */
export const fixture = (set: string): string => join(folder, 'fixtures', set)

/** One way in which the client is used. */
export interface Way {
  readonly set: string
  readonly node: NodeLine
  readonly modules: 'esm' | 'cjs'
  readonly order: 'before' | 'after'
}

/** What is tested: each set at least once, the two newest majors on both lines of Node, as ESM and as CommonJS. */
export const ways: readonly Way[] = [
  { set: 'openai-4.0', node: 20, modules: 'cjs', order: 'before' },
  { set: 'openai-4', node: 20, modules: 'esm', order: 'after' },
  { set: 'openai-5', node: 20, modules: 'esm', order: 'before' },
  { set: 'openai-6', node: 20, modules: 'esm', order: 'after' },
  { set: 'openai-6', node: 20, modules: 'cjs', order: 'before' },
  { set: 'openai-6', node: 22, modules: 'esm', order: 'before' },
  { set: 'openai-6', node: 22, modules: 'cjs', order: 'after' },
  { set: 'openai-7', node: 20, modules: 'esm', order: 'before' },
  { set: 'openai-7', node: 20, modules: 'cjs', order: 'after' },
  { set: 'openai-7', node: 22, modules: 'esm', order: 'after' },
  { set: 'openai-7', node: 22, modules: 'cjs', order: 'before' },
]
