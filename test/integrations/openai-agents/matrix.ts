import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version and the newest, each as ESM and as CommonJS, the newest on both lines of Node. */
export const ways: readonly Way<'agents-0.3' | 'agents-0.20'>[] = [
  { set: 'agents-0.3', node: 20, modules: 'esm', order: 'after' },
  { set: 'agents-0.3', node: 20, modules: 'cjs', order: 'before' },
  { set: 'agents-0.20', node: 20, modules: 'esm', order: 'before' },
  { set: 'agents-0.20', node: 22, modules: 'cjs', order: 'after' },
  { set: 'agents-0.20', node: 22, modules: 'esm', order: 'after' },
]
