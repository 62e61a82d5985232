import { integrationFolders, type Way } from '../../support/integrations.ts'

const own = integrationFolders(import.meta.url)
// Versions that are installed for the tests of libraries that trace themselves.
const foreign = integrationFolders(new URL('../foreign/matrix.ts', import.meta.url).href)

export const programs: string = own.programs
export const fixture: (set: string) => string = foreign.fixture

/** What is tested: the oldest version and the newest, each as ESM and as CommonJS, the newest on both lines of Node. */
export const ways: readonly Way<'adk-1' | 'genai'>[] = [
  { set: 'adk-1', node: 20, modules: 'esm', order: 'after' },
  { set: 'adk-1', node: 22, modules: 'cjs', order: 'before' },
  { set: 'genai', node: 20, modules: 'esm', order: 'before' },
  { set: 'genai', node: 22, modules: 'cjs', order: 'after' },
]
