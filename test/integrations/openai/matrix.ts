import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: each set at least once, the two newest majors on both lines of Node, as ESM and as CommonJS. */
export const ways: readonly Way[] = [
  { set: 'openai-4.0', node: 20, modules: 'cjs', order: 'before' },
  { set: 'openai-4', node: 20, modules: 'esm', order: 'after' },
  { set: 'openai-5', node: 20, modules: 'esm', order: 'before' },
  { set: 'openai-6', node: 20, modules: 'esm', order: 'after' },
  { set: 'openai-6', node: 20, modules: 'cjs', order: 'before' },
  { set: 'openai-6', node: 22, modules: 'esm', order: 'before' },
  { set: 'openai-6', node: 22, modules: 'cjs', order: 'after' },
  { set: 'openai-7', node: 20, modules: 'esm', order: 'before' },
  { set: 'openai-7', node: 20, modules: 'cjs', order: 'after' },
  { set: 'openai-7', node: 22, modules: 'esm', order: 'after' },
  { set: 'openai-7', node: 22, modules: 'cjs', order: 'before' },
]
