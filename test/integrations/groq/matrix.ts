import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest and the newest version, on both lines of Node, as ESM and as CommonJS. */
export const ways: readonly Way[] = [
  { set: 'groq-0.3', node: 20, modules: 'cjs', order: 'after' },
  { set: 'groq-1', node: 22, modules: 'esm', order: 'before' },
]
