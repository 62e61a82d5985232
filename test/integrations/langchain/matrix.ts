import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeLine } from '../../support/node-versions.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Programs with the probes of LangChain and LangGraph. */
export const programs: string = join(folder, 'programs')

/** The fixture project of a set. */
export const fixture = (set: string): string => join(folder, 'fixtures', set)

/** One way in which LangChain is used. */
export interface Way {
  readonly set: 'langchain-0.3' | 'langchain-1'
  readonly node: NodeLine
  readonly modules: 'esm' | 'cjs'
  readonly order: 'before' | 'after'
}

/** What is tested: the oldest version and the newest, each as ESM and as CommonJS, the newest on both lines of Node. */
export const ways: readonly Way[] = [
  { set: 'langchain-0.3', node: 20, modules: 'cjs', order: 'before' },
  { set: 'langchain-0.3', node: 20, modules: 'esm', order: 'after' },
  { set: 'langchain-1', node: 20, modules: 'esm', order: 'before' },
  { set: 'langchain-1', node: 22, modules: 'cjs', order: 'after' },
  { set: 'langchain-1', node: 22, modules: 'esm', order: 'after' },
]
