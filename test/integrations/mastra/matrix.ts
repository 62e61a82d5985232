import { integrationFolders, type Way } from '../../support/integrations.ts'

const own = integrationFolders(import.meta.url)
// The newest version is installed for the tests of libraries that trace themselves.
const foreign = integrationFolders(new URL('../foreign/matrix.ts', import.meta.url).href)

export type MastraSet = 'mastra-0.24' | 'mastra-1.0' | 'mastra'

export const programs: string = own.programs
export const fixture = (set: string): string => (set === 'mastra' ? foreign : own).fixture(set)

/** What is tested: the version that npm gives to Node 20, by the exporter; the first with bridges, and the newest. */
export const ways: readonly Way<MastraSet>[] = [
  { set: 'mastra-0.24', node: 20, modules: 'esm', order: 'before' },
  { set: 'mastra-1.0', node: 22, modules: 'cjs', order: 'after' },
  { set: 'mastra', node: 22, modules: 'esm', order: 'after' },
  { set: 'mastra', node: 24, modules: 'cjs', order: 'before' },
]
