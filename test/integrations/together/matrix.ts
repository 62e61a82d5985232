import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest and the newest version, on both lines of Node, as ESM and as CommonJS. */
export const ways: readonly Way[] = [
  { set: 'together-0.6', node: 20, modules: 'esm', order: 'before' },
  { set: 'together-0.52', node: 22, modules: 'cjs', order: 'after' },
]
