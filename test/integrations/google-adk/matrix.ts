import { integrationFolders, type Way } from '../../support/integrations.ts'

const own = integrationFolders(import.meta.url)
// Versions that are installed for the tests of libraries that trace themselves.
const foreign = integrationFolders(new URL('../foreign/matrix.ts', import.meta.url).href)

export const programs: string = own.programs
export const fixture: (set: string) => string = foreign.fixture

/** What is tested: version 1 and the newest, which is there as ESM and as CommonJS on both lines of Node. */
export const ways: readonly Way<'adk-1' | 'genai'>[] = [
  { set: 'adk-1', node: 20, modules: 'esm', order: 'after' },
  { set: 'genai', node: 20, modules: 'esm', order: 'before' },
  { set: 'genai', node: 22, modules: 'cjs', order: 'after' },
]
