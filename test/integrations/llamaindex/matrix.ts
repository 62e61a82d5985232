import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version and the newest, each as ESM and as CommonJS. */
export const ways: readonly Way<'llamaindex-0.11' | 'llamaindex-0.12'>[] = [
  { set: 'llamaindex-0.11', node: 20, modules: 'cjs', order: 'before' },
  { set: 'llamaindex-0.11', node: 20, modules: 'esm', order: 'after' },
  { set: 'llamaindex-0.12', node: 22, modules: 'esm', order: 'before' },
  { set: 'llamaindex-0.12', node: 22, modules: 'cjs', order: 'after' },
]
