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

/** What is tested: the oldest version, the newest 2, the newest. */
export const ways: readonly Way[] = [
  { set: 'genai-2.0', node: 20, modules: 'cjs', order: 'before' },
  { set: 'genai-2.0', node: 20, modules: 'esm', order: 'after' },
  { set: 'genai-2', node: 20, modules: 'esm', order: 'before' },
  { set: 'genai-3', node: 20, modules: 'cjs', order: 'after' },
  { set: 'genai-3', node: 22, modules: 'esm', order: 'after' },
  { set: 'genai-3', node: 22, modules: 'cjs', order: 'before' },
]
