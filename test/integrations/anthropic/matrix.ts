import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version, one with the first tool runner, the newest 0.x, the newest. */
export const ways: readonly Way[] = [
  { set: 'anthropic-0.30', node: 20, modules: 'cjs', order: 'before' },
  { set: 'anthropic-0.30', node: 20, modules: 'esm', order: 'after' },
  { set: 'anthropic-0.70', node: 20, modules: 'esm', order: 'before' },
  { set: 'anthropic-0', node: 20, modules: 'cjs', order: 'after' },
  { set: 'anthropic-1', node: 20, modules: 'esm', order: 'before' },
  { set: 'anthropic-1', node: 20, modules: 'cjs', order: 'after' },
  { set: 'anthropic-1', node: 22, modules: 'esm', order: 'after' },
]
