import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version, and the newest of each major. It is CommonJS alone, and may be imported. */
export const ways: readonly Way[] = [
  { set: 'cohere-7.14', node: 20, modules: 'cjs', order: 'after' },
  { set: 'cohere-7', node: 20, modules: 'cjs', order: 'before' },
  { set: 'cohere-8', node: 22, modules: 'esm', order: 'before' },
]
