import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest and the newest version of each major. The second is an ES module alone. */
export const ways: readonly Way[] = [
  { set: 'mistral-1.0', node: 20, modules: 'cjs', order: 'after' },
  { set: 'mistral-1', node: 20, modules: 'esm', order: 'before' },
  { set: 'mistral-2', node: 22, modules: 'esm', order: 'before' },
]
