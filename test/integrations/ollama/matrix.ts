import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version, which has generators for streams, and the newest. */
export const ways: readonly Way[] = [
  { set: 'ollama-0.5', node: 20, modules: 'cjs', order: 'before' },
  { set: 'ollama-0.6', node: 20, modules: 'esm', order: 'after' },
  { set: 'ollama-0.6', node: 22, modules: 'esm', order: 'before' },
]
