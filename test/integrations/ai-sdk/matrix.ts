import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeLine } from '../../support/node-versions.ts'
import { type Script, scripts } from '../../support/provider/script.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Programs with the probes of the AI SDK. */
export const programs: string = join(folder, 'programs')

/** The fixture project of a set. */
export const fixture = (set: string): string => join(folder, 'fixtures', set)

/** Scripts that the probes have beside the common ones. */
export const ownScripts: Readonly<Record<string, Script>> = {
  'retry-json': [{ fault: { status: 429, retryAfter: '0.05' } }, ...scripts.json],
}

/** One way in which the AI SDK is used. */
export interface Way {
  readonly set: string
  readonly node: NodeLine
  readonly modules: 'esm' | 'cjs'
  readonly order: 'before' | 'after'
}

/** What is tested: the oldest and the newest version of each major; version 7 is published as ESM alone. */
export const ways: readonly Way[] = [
  { set: 'ai-5.0', node: 20, modules: 'cjs', order: 'before' },
  { set: 'ai-5', node: 20, modules: 'esm', order: 'after' },
  { set: 'ai-6.0', node: 20, modules: 'esm', order: 'before' },
  { set: 'ai-6', node: 20, modules: 'cjs', order: 'after' },
  { set: 'ai-6', node: 22, modules: 'esm', order: 'before' },
  { set: 'ai-7.0', node: 20, modules: 'esm', order: 'before' },
  { set: 'ai-7', node: 20, modules: 'esm', order: 'after' },
  { set: 'ai-7', node: 22, modules: 'esm', order: 'before' },
]
