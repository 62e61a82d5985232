import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version, the newest 2, the newest. */
export const ways: readonly Way[] = [
  { set: 'genai-2.0', node: 20, modules: 'cjs', order: 'before' },
  { set: 'genai-2.0', node: 20, modules: 'esm', order: 'after' },
  { set: 'genai-2', node: 20, modules: 'esm', order: 'before' },
  { set: 'genai-3', node: 20, modules: 'cjs', order: 'after' },
  { set: 'genai-3', node: 22, modules: 'esm', order: 'after' },
  { set: 'genai-3', node: 22, modules: 'cjs', order: 'before' },
]
